import type { ControlOperation } from './subjects/control-subjects.js';

/**
 * What came of a request: carried out or accepted, refused (undecodable and unsupported ones, too), failed while it was carried out, or left to
 * others without an answer.
 */
export type ControlOutcome = 'ok' | 'refused' | 'failed' | 'silent';

/** One request of the control interface after its end: who asked for what, and what came of it. It holds no values of configs. */
export interface ControlRecord {
  /** When it arrived, in ms since 1970. */
  readonly time: number;
  readonly operation: ControlOperation['kind'] | 'unsupported';
  /** Ids and names that it was about, as the request has them; may be empty. */
  readonly target: string;
  /** See {@link requesterOf}. */
  readonly requester: string | undefined;
  readonly outcome: ControlOutcome;
  /** The message of the reply. */
  readonly message: string;
  readonly durationMs: number;
}

/**
 * Who asked, as far as NATS tells: the inbox of the answer without its last token, which each request has of its own. Where each role
 * has an inbox prefix of its own, it begins with that. `undefined` when no answer was wanted.
 */
export function requesterOf(reply: string | undefined): string | undefined {
  if (reply === undefined || reply === '') return undefined;
  const end = reply.lastIndexOf('.');
  return end === -1 ? reply : reply.slice(0, end);
}
