import { type JsonObject, ObjectReader } from '@wasmlattice/control-interface/codec';
import type { ApplicationStatus } from './application-status.js';

/** Which host keeps the applications of a lattice, and what happened there of late that a status alone does not explain. */
export interface KeeperReport {
  /** Id of the host that acts. */
  readonly host: string;
  /** When it began, in ISO 8601, by its clock. */
  readonly since: string;
  /** How it came to that, for people. */
  readonly reason: string;
  /** What it waits for before it changes anything, for people; absent while it acts. */
  readonly waitsFor?: string;
  /** Oldest first: hosts that come and go, a lease that was lost, a wadm that was there. */
  readonly notes: readonly KeeperNote[];
}

/** Something that happened. */
export interface KeeperNote {
  /** ISO 8601, by the clock of the host that tells it. */
  readonly at: string;
  readonly message: string;
}

/** As a member of the reply to `status`; wadm has none like it. */
export function encodeKeeperReport({ host, notes, reason, since, waitsFor }: KeeperReport): JsonObject {
  return {
    host,
    since,
    reason,
    ...(waitsFor !== undefined && { waits_for: waitsFor }),
    notes: notes.map(({ at, message }) => ({ at, message })),
  };
}

/**
 * The inverse; `undefined` where a wadm answered.
 *
 * @throws DecodeError for what is no report
 */
export function decodeKeeperReport(json: unknown): KeeperReport | undefined {
  if (json === undefined) return undefined;
  const reader = new ObjectReader(json, 'report of who keeps applications');
  const notes = reader.value('notes');
  const waitsFor = reader.optionalString('waits_for');
  return {
    host: reader.string('host'),
    since: reader.string('since'),
    reason: reader.string('reason'),
    ...(waitsFor !== undefined && { waitsFor }),
    notes: (Array.isArray(notes) ? notes : []).map((each: unknown): KeeperNote => {
      const note = new ObjectReader(each, 'note');
      return { at: note.string('at'), message: note.string('message') };
    }),
  };
}

/** A status with what the keeper tells in its message, for clients that know of no keeper. */
export function explainStatus(status: ApplicationStatus, keeper: KeeperReport): ApplicationStatus {
  const explanation = explanationOf(keeper);
  const { message } = status.status;
  if (explanation === '') return status;
  return withMessage(status, message === '' ? explanation : `${message}${separator}${explanation}`);
}

/** The inverse. */
export function withoutExplanation(status: ApplicationStatus, keeper: KeeperReport): ApplicationStatus {
  const explanation = explanationOf(keeper);
  const { message } = status.status;
  if (explanation === '' || !message.endsWith(explanation)) return status;
  const end = message.length - explanation.length;
  return withMessage(status, message.slice(0, Math.max(0, end - separator.length)));
}

/** As wadm joins the messages of parts. */
const separator = ', ';

function explanationOf({ notes, waitsFor }: KeeperReport): string {
  return [...(waitsFor === undefined ? [] : [waitsFor]), ...notes.map(({ message }) => message)].join(
    separator,
  );
}

function withMessage({ scalers, status: { type } }: ApplicationStatus, message: string): ApplicationStatus {
  return { status: { type, message }, scalers };
}
