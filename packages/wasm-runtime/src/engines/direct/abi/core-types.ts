import type { WitResource } from '@wasmlattice/rpc';
import type { GuestMemory } from './guest-memory.js';

/** A function of a core module, or one that is given to it. */
export type CoreFunction = (...args: (number | bigint)[]) => number | bigint | undefined;

export type StringEncoding = 'utf8' | 'utf16' | 'latin1+utf16';

/** Canonical options of one lift or lower; memory and functions are those of one instance. */
export interface CanonOptions {
  readonly encoding: StringEncoding;
  readonly memory?: GuestMemory | undefined;
  /** Called synchronously, also while the guest is suspended. */
  readonly realloc?: CoreFunction | undefined;
  readonly postReturn?: CoreFunction | undefined;
  readonly async?: boolean | undefined;
  readonly callback?: CoreFunction | undefined;
}

/** Where the resources of a type live. `resource` is the type itself where a part knows it as another one. */
export type ResourceOrigin =
  /** Imported: the host's objects stand in the handle table. */
  | { readonly kind: 'host'; readonly resource: WitResource }
  /** Defined by a part of the component: an i32 that this part chose stands in handle tables. */
  | {
      readonly kind: 'guest';
      readonly resource: WitResource;
      readonly part: number;
      readonly destructor?: (() => CoreFunction | undefined) | undefined;
    };
