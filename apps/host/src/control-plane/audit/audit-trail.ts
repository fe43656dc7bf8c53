import { type AuditRecord, auditRecorded, type EventPublisher } from '@wasmlattice/events';
import type { Logger, Meter } from '@wasmlattice/telemetry';

/** Where records go besides the metric, which counts all of them. */
export type AuditDestination = 'log' | 'events';

/** Which records are kept: all, or those of operations that change something and of what was refused or failed. */
export type AuditScope = 'all' | 'changes';

/** A record as its owner tells it; the trail adds the host. */
export interface AuditEntry extends Omit<AuditRecord, 'hostId' | 'time'> {
  /** When it was asked, in ms since 1970. */
  readonly time: number;
}

/** What somebody asked of this host, and what came of it: control operations and policy decisions. */
export interface AuditTrail {
  /** Returns at once and never throws. Callers keep values of configs and secrets out of it. */
  record(entry: AuditEntry): void;
}

export interface AuditTrailOptions {
  readonly hostId: string;
  readonly destinations: readonly AuditDestination[];
  readonly scope: AuditScope;
  readonly events: EventPublisher;
  /** Takes records alone; its level lets `info` pass. */
  readonly logger: Logger;
  readonly meter: Meter;
}

/** Operations that only look. */
const reads: ReadonlySet<string> = new Set([
  'host.ping',
  'host.get',
  'component.auction',
  'provider.auction',
  'link.get',
  'config.get',
  'claims.get',
]);

/** Texts come from requests: a record of a hostile one stays small. */
const maxTextLength = 512;

export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { destinations, events, hostId, logger, scope } = options;
  const counter = options.meter.counter('wasmlattice.audit.records', {
    description: 'requests of the control interface and policy decisions, by outcome',
  });
  const [toLog, toEvents] = [destinations.includes('log'), destinations.includes('events')];
  const isKept = ({ operation, outcome }: AuditEntry): boolean =>
    scope === 'all' || outcome === 'refused' || outcome === 'failed' || !reads.has(operation);

  return {
    record(entry) {
      const { category, operation, outcome } = entry;
      counter.add(1, { category, operation, outcome });
      if (!(toLog || toEvents) || !isKept(entry)) return;
      const record: AuditRecord = {
        hostId,
        category,
        operation,
        target: shortened(entry.target),
        ...(entry.requester !== undefined && { requester: shortened(entry.requester) }),
        outcome,
        message: shortened(entry.message),
        time: new Date(entry.time).toISOString(),
        durationMs: Math.round(entry.durationMs * 1_000) / 1_000,
      };
      if (toLog) logger.info(`${category} ${operation}: ${outcome}`, fieldsOf(record));
      if (!toEvents) return;
      events
        .publish(auditRecorded(record))
        .catch((error: unknown) => logger.error('an audit record was not published', { operation, error }));
    },
  };
}

/** As one searches for them: `message` of a record would hide that of the line. */
function fieldsOf({ message, time, ...record }: AuditRecord): Readonly<Record<string, unknown>> {
  return { ...record, reply: message, asked: time };
}

function shortened(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}…`;
}
