import type { LatticeConnectionSettings } from '@wasmlattice/lattice-connection';
import type { HandOverSettings, LogSettings, TelemetryBatch } from '@wasmlattice/telemetry';
import type { SharedPermitsMemory } from '@wasmlattice/wasm-runtime';
import type { EngineChoice } from '@wasmlattice/wasm-runtime/engines';

/** One row of a component's import table: calls of `instance` under `linkName` go to `target`. */
export interface LinkRow {
  readonly linkName: string;
  /** Component-facing interface without version: `wasi:keyvalue/store`. */
  readonly instance: string;
  /** Component or provider id. */
  readonly target: string;
}

/** What a component worker is born with (`workerData`). */
export interface ComponentWorkerData {
  readonly componentId: string;
  readonly imageRef: string;
  readonly lattice: string;
  readonly hostId: string;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly maxInstances: number;
  /** Longest time of one invocation, in ms. */
  readonly maxExecutionTimeMs: number;
  /** Most bytes of each linear memory of an instance. */
  readonly maxMemoryBytes: number;
  /** Most core instances in an instance. */
  readonly maxCoreInstances: number;
  readonly links: readonly LinkRow[];
  readonly config: readonly (readonly [key: string, value: string])[];
  /** Where the worker's own connection goes. */
  readonly rpc: LatticeConnectionSettings;
  readonly engine: EngineChoice;
  readonly cacheDir: string;
  readonly log: LogSettings;
  /** What is recorded and posted to the control plane, which exports it; absent: nothing. */
  readonly telemetry?: HandOverSettings;
  /** The worker writes its oldest in-flight start time here: `invocation-clock.ts`. */
  readonly clock: SharedArrayBuffer;
  /** Its part of the component's `max_instances`, which other threads of this host use too; absent: all of it. */
  readonly permits?: SharedPermitsMemory;
}

/** A component of this host that another component's worker may run in its own thread: `local-invoker.ts`. */
export interface CoLocatedComponent
  extends Pick<
    ComponentWorkerData,
    | 'componentId'
    | 'imageRef'
    | 'bytes'
    | 'maxInstances'
    | 'maxExecutionTimeMs'
    | 'maxMemoryBytes'
    | 'maxCoreInstances'
    | 'links'
    | 'config'
    | 'clock'
  > {
  /** Changes when the component is started anew: with other code, or after a stop. */
  readonly generation: number;
  readonly permits: SharedPermitsMemory;
}

/** Where a component listens for HTTP. */
export interface ListenerAddress {
  readonly listener: string;
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
}

/** Control plane → component worker. Every message with an `id` is answered by `done` or `failed`. */
export type ToWorker =
  | { readonly kind: 'scale'; readonly maxInstances: number }
  | { readonly kind: 'links'; readonly links: readonly LinkRow[] }
  | { readonly kind: 'config'; readonly config: readonly (readonly [key: string, value: string])[] }
  /** All components that this worker may run beside its own, for calls to them. */
  | { readonly kind: 'callees'; readonly callees: readonly CoLocatedComponent[] }
  | (ListenerAddress & { readonly kind: 'listen'; readonly id: number })
  /** Answered once everything posted before it has been obeyed, since messages arrive in order. */
  | { readonly kind: 'sync'; readonly id: number }
  | { readonly kind: 'unlisten'; readonly id: number; readonly listener: string; readonly graceMs: number }
  /** Finish what is in flight, close the connections, exit. */
  | { readonly kind: 'stop'; readonly id: number; readonly graceMs: number };

/** Component worker → control plane. */
export type FromWorker =
  | { readonly kind: 'ready' }
  /** The component can't run: bad bytes, missing import. The worker exits after this. */
  | { readonly kind: 'unusable'; readonly error: WorkerFailure }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: WorkerFailure }
  /** Spans and measurements since the last one. */
  | { readonly kind: 'telemetry'; readonly batch: TelemetryBatch };

/** An error that crosses threads: names, messages and causes survive, classes do not. */
export interface WorkerFailure {
  readonly name: string;
  readonly message: string;
  readonly cause?: WorkerFailure;
}

/** More causes than this are left out. */
const maxCauses = 8;

export function toWorkerFailure(error: unknown, depth = 0): WorkerFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, cause } = error;
  return cause === undefined || depth === maxCauses
    ? { name, message }
    : { name, message, cause: toWorkerFailure(cause, depth + 1) };
}

/** Inverse of {@link toWorkerFailure} as far as there is one. */
export function fromWorkerFailure({ name, message, cause }: WorkerFailure): Error {
  const error =
    cause === undefined ? new Error(message) : new Error(message, { cause: fromWorkerFailure(cause) });
  error.name = name;
  return error;
}
