import type { WithDefaults } from './with-defaults.js';

/** Removes the first link with these four properties (docs/spec/control-interface.md#6, `link.del`). */
export interface DeleteLinkCommand {
  readonly sourceId: string;
  /** `default` if not given. */
  readonly name: string;
  readonly witNamespace: string;
  readonly witPackage: string;
}

/** A {@link DeleteLinkCommand} as one writes it: the name defaults to `default`. */
export type DeleteLinkInput = WithDefaults<DeleteLinkCommand, 'name'>;
