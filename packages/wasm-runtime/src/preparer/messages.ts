import type { LogFields, LogLevel } from '@wasmlattice/telemetry';
import type { EngineOptions } from '../engines/create-engine.js';
import type { PreparedComponent, PrepareOptions } from '../engines/engine.js';
import type { ThreadFailure } from './thread-failure.js';

/** What a thread that prepares is born with (`workerData`). */
export interface PrepareThreadData {
  readonly engine: Pick<EngineOptions, 'choice' | 'cacheDir'>;
  /** The least severe level of records that anybody wants; absent: none. */
  readonly logLevel?: LogLevel;
}

/** Preparer → thread. The next one follows when the one before is answered. */
export interface ToPrepareThread {
  readonly kind: 'prepare';
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly options: PrepareOptions;
}

/** Thread → preparer. */
export type FromPrepareThread =
  | { readonly kind: 'prepared'; readonly id: number; readonly prepared: PreparedComponent }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ThreadFailure }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: LogFields;
    };
