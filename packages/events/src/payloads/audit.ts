import { ObjectReader } from '@wasmlattice/control-interface/codec';
import type { EventCodec } from './event-codec.js';

/** What a host keeps account of: requests of the control interface, and decisions on what may run. */
export type AuditCategory = 'control' | 'policy';

/**
 * How it ended: carried out or permitted, refused or denied, failed, or left to other hosts without an answer.
 */
export type AuditOutcome = 'ok' | 'refused' | 'failed' | 'silent';

/** `audit_recorded`: one thing that somebody asked of a host, and what came of it. An event of ours, which others drop. */
export interface AuditRecord {
  /** The host that answered. */
  readonly hostId: string;
  readonly category: AuditCategory;
  /** `component.scale`, or the kind of a policy request: one of few. */
  readonly operation: string;
  /** Ids and names that it was about; never values of configs or secrets. May be empty. */
  readonly target: string;
  /** The inbox of the answer without what differs from request to request; see `requesterOf`. `undefined` if no answer was wanted. */
  readonly requester?: string | undefined;
  readonly outcome: AuditOutcome;
  /** What the one who asked was told. */
  readonly message: string;
  /** When it was asked, RFC 3339 in UTC. */
  readonly time: string;
  readonly durationMs: number;
}

/** An event for `publish`: somebody asked something of the host. */
export function auditRecorded(data: AuditRecord): {
  readonly name: 'audit_recorded';
  readonly data: AuditRecord;
} {
  return { name: 'audit_recorded', data };
}

const outcomes: ReadonlySet<string> = new Set<AuditOutcome>(['ok', 'refused', 'failed', 'silent']);

function isOutcome(text: string): text is AuditOutcome {
  return outcomes.has(text);
}

export const auditRecordedCodec: EventCodec<AuditRecord> = {
  encode: (data) => ({
    host_id: data.hostId,
    category: data.category,
    operation: data.operation,
    target: data.target,
    ...(data.requester !== undefined && { requester: data.requester }),
    outcome: data.outcome,
    message: data.message,
    time: data.time,
    duration_ms: data.durationMs,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'audit_recorded');
    const requester = reader.optionalString('requester');
    const outcome = reader.string('outcome');
    return {
      hostId: reader.string('host_id'),
      category: reader.string('category') === 'policy' ? 'policy' : 'control',
      operation: reader.string('operation'),
      target: reader.stringOr('target', ''),
      ...(requester !== undefined && { requester }),
      outcome: isOutcome(outcome) ? outcome : 'failed',
      message: reader.stringOr('message', ''),
      time: reader.stringOr('time', ''),
      durationMs: Number(reader.value('duration_ms') ?? 0),
    };
  },
};
