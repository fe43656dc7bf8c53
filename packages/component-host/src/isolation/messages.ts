import { deserialize, serialize } from 'node:v8';
import type { TelemetryBatch } from '@wasmlattice/telemetry';
import { durationBoundsMs, type ProcessCeilings } from '@wasmlattice/wasm-runtime';
import type { ThreadFailure } from '@wasmlattice/wasm-runtime/engines';
import type { ComponentStart, ConfigEntries, LinkRow, SecretEntries } from '../component-record.js';
import type { InvocationQuestion, InvocationVerdict } from '../policy/decision-requests.js';
import type { ServedFigures } from '../serving-threads/served-figures.js';
import type { ServingThreadSettings } from '../thread/messages.js';
import type { ThreadNotice } from '../thread/thread-notice.js';
import type { WatchedBatch } from '../thread/watched-batch.js';
import { FrameError } from './frames.js';

/** Host → isolated process. Every message with an `id` is answered by `done` or `failed`. */
export type ToProcess =
  /** What to serve and how; sent once, and before anything else. Answered once calls for the component arrive. */
  | {
      readonly kind: 'serve';
      readonly id: number;
      readonly settings: ServingThreadSettings;
      readonly ceilings: ProcessCeilings;
      readonly start: Omit<ComponentStart, 'bytes'> & { readonly bytes: Uint8Array };
    }
  | { readonly kind: 'scale'; readonly maxInstances: number }
  | { readonly kind: 'links'; readonly links: readonly LinkRow[] }
  | { readonly kind: 'config'; readonly config: ConfigEntries }
  | { readonly kind: 'secrets'; readonly secrets: SecretEntries }
  | InvocationVerdict
  | ThreadNotice
  /** Answered by `figures`. */
  | { readonly kind: 'figures'; readonly id: number }
  /** Answered once all that was sent before it has been obeyed, since messages arrive in order. */
  | { readonly kind: 'sync'; readonly id: number }
  /** Finish what is in flight, then end. */
  | { readonly kind: 'close'; readonly id: number; readonly graceMs: number };

/** Isolated process → host. */
export type FromProcess =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ThreadFailure }
  | InvocationQuestion
  /** Spans and measurements since the last one. */
  | { readonly kind: 'telemetry'; readonly batch: TelemetryBatch }
  | WatchedBatch
  | { readonly kind: 'figures'; readonly id: number; readonly figures: ServedFigures };

/** Most bytes of a message from the host: a component is the longest, and within a limit of its own. */
export const maxBytesToProcess: number = 2 ** 32 - 1;

/** Most bytes of one to the host: a batch of telemetry is the longest. */
export const maxBytesFromProcess: number = 16 * 1024 * 1024;

export function encodeToProcess(message: ToProcess): Uint8Array {
  if (message.kind !== 'serve') return serialize(message);
  // Shared memory does not cross processes.
  const { start } = message;
  return serialize({ ...message, start: { ...start, bytes: new Uint8Array(start.bytes) } });
}

export function decodeToProcess(bytes: Uint8Array): ToProcess {
  return deserialize(bytes) as ToProcess;
}

export function encodeFromProcess(message: FromProcess): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

/**
 * JSON, since whatever has taken over the process may have written it. What a batch of telemetry holds is for its taker to check.
 *
 * @throws FrameError
 */
export function decodeFromProcess(bytes: Uint8Array): FromProcess {
  let message: unknown;
  try {
    message = JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw new FrameError('a message is no JSON', { cause });
  }
  if (!isFromProcess(message)) throw new FrameError('a message is none that a process may send');
  return message;
}

function isFromProcess(message: unknown): message is FromProcess {
  if (!isObject(message)) return false;
  switch (message.kind) {
    case 'done':
      return Number.isInteger(message.id);
    case 'failed':
      return Number.isInteger(message.id) && isFailure(message.error);
    case 'may-invoke':
      return (
        Number.isInteger(message.question) &&
        Number.isInteger(message.generation) &&
        isShortText(message.instance) &&
        isShortText(message.func)
      );
    case 'telemetry':
      return isObject(message.batch);
    case 'logs':
      return isObject(message.batch) && Array.isArray(message.batch.logs) && isCount(message.batch.dropped);
    case 'captured':
      return (
        isObject(message.captured) &&
        isShortText(message.captured.capture) &&
        typeof message.captured.line === 'string'
      );
    case 'traces':
      return (
        isObject(message.batch) &&
        Array.isArray(message.batch.spans) &&
        Array.isArray(message.batch.logs) &&
        isCount(message.batch.dropped)
      );
    case 'figures':
      return Number.isInteger(message.id) && isFigures(message.figures);
    default:
      return false;
  }
}

function isFigures(figures: unknown): boolean {
  if (!isObject(figures)) return false;
  const { durations, invocations, errors, durationMs, computedMs, running, waiting, refused } = figures;
  const { residentBytes = 0 } = figures;
  return (
    Array.isArray(durations) &&
    durations.length === durationBoundsMs.length + 1 &&
    [
      ...durations,
      invocations,
      errors,
      durationMs,
      computedMs,
      running,
      waiting,
      refused,
      residentBytes,
    ].every(isCount)
  );
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Names of functions: what is longer would be kept as a question for all the life of the host. */
function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 1_024;
}

function isFailure(error: unknown): error is ThreadFailure {
  return (
    isObject(error) &&
    typeof error.name === 'string' &&
    typeof error.message === 'string' &&
    (error.cause === undefined || isFailure(error.cause))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
