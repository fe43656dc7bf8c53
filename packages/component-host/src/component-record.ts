import type { NamedList } from '@wasmlattice/http-client';
import type { Limits, ThreadCells } from '@wasmlattice/wasm-runtime';
import type { PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import type { GuestSecret } from '@wasmlattice/wasm-runtime/host-functions';
import type { CanaryCells } from './canary/canary-cells.js';

/** One row of a component's import table: calls of `instance` under `linkName` go to `target`. */
export interface LinkRow {
  readonly linkName: string;
  /** Component-facing interface without version: `wasi:keyvalue/store`. */
  readonly instance: string;
  /** Component or provider id. */
  readonly target: string;
}

/** Entries of a component's configuration, as its guests read them. */
export type ConfigEntries = readonly (readonly [key: string, value: string])[];

/** Secrets of a component in clear, as its guests may have them. They go to the threads and processes that serve it, and nowhere else. */
export type SecretEntries = readonly (readonly [name: string, secret: GuestSecret])[];

/** What is to be served, and within which limits: plain data. */
export interface ComponentStart {
  readonly componentId: string;
  /** Where the code came from; for logs and metrics. */
  readonly imageRef: string;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Invocations that may run at once, over all threads. */
  readonly maxInstances: number;
  /** What its guests may take. */
  readonly limits: Limits;
  readonly links: readonly LinkRow[];
  readonly config: ConfigEntries;
  /** Where its requests may go without a link, if that is less than where the host lets them. */
  readonly httpClientAllow?: NamedList | undefined;
  readonly secrets?: SecretEntries;
  /** It takes a part of the calls of an earlier start, which goes on beside it; absent: it takes all of them. */
  readonly canary?: CanaryCells | undefined;
}

/** One start of a component, as one thread is told of it. */
export interface ComponentRecord extends Omit<ComponentStart, 'bytes'> {
  /** The component without its code, which the thread asks for when it is first called. */
  readonly outline: PreparedComponent;
  /** Tells this start from an earlier one of the same component: with other code, or after a stop. */
  readonly generation: number;
  /** The thread's part of what all threads share of the component: its permits and its clock. */
  readonly cells: ThreadCells;
}
