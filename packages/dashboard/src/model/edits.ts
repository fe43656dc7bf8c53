import type { Link, StringMap } from '@wasmlattice/control-interface/types';

/** A change of one named config. `undefined` before: there is none yet; `undefined` after: delete it. */
export interface ConfigEdit {
  readonly name: string;
  /** What the editor showed: the edit is refused if it is no longer so. */
  readonly before: StringMap | undefined;
  readonly after: StringMap | undefined;
}

/** A change of one link; before and after have the same key. `undefined` before: put a new one; `undefined` after: delete it. */
export interface LinkEdit {
  readonly before: Link | undefined;
  readonly after: Link | undefined;
}

/** What the server part answers to an edit, and to a question it can't answer. */
export interface EditAnswer {
  readonly ok: boolean;
  readonly message: string;
}
