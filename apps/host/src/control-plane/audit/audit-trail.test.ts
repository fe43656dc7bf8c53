import { createMemoryEventPublisher, encodeEventData } from '@wasmlattice/events';
import { type Attributes, noopMeter } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { type AuditEntry, type AuditTrailOptions, createAuditTrail } from './audit-trail.js';

const entry: AuditEntry = {
  category: 'control',
  operation: 'component.scale',
  target: 'hello',
  requester: '_INBOX_operator.abc',
  outcome: 'ok',
  message: '',
  time: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  durationMs: 1.23456,
};

function stage(options: Partial<Pick<AuditTrailOptions, 'destinations' | 'scope'>>) {
  const events = createMemoryEventPublisher();
  const logger = new RecordingLogger();
  const counted: (Attributes | undefined)[] = [];
  const trail = createAuditTrail({
    hostId: 'N1',
    destinations: ['log', 'events'],
    scope: 'all',
    events,
    logger,
    meter: { ...noopMeter, counter: () => ({ add: (_, attributes) => void counted.push(attributes) }) },
    ...options,
  });
  return { trail, events, logger, counted };
}

describe('audit trail', () => {
  it('tells log, events and metrics who asked for what, and what came of it', () => {
    const { trail, events, logger, counted } = stage({});
    trail.record(entry);
    expect(logger.records).toMatchObject([
      {
        level: 'info',
        message: 'control component.scale: ok',
        fields: {
          hostId: 'N1',
          target: 'hello',
          requester: '_INBOX_operator.abc',
          asked: '2026-01-02T03:04:05.006Z',
        },
      },
    ]);
    expect(events.events.map((event) => encodeEventData(event))).toEqual([
      {
        host_id: 'N1',
        category: 'control',
        operation: 'component.scale',
        target: 'hello',
        requester: '_INBOX_operator.abc',
        outcome: 'ok',
        message: '',
        time: '2026-01-02T03:04:05.006Z',
        duration_ms: 1.235,
      },
    ]);
    expect(counted).toEqual([{ category: 'control', operation: 'component.scale', outcome: 'ok' }]);
  });

  it('leaves out what only looks, if it is to keep changes, but not what was refused', () => {
    const { trail, events, counted } = stage({ scope: 'changes' });
    trail.record({ ...entry, operation: 'host.ping' });
    trail.record({ ...entry, operation: 'component.auction', outcome: 'silent' });
    trail.record({ ...entry, operation: 'config.get', outcome: 'refused' });
    trail.record({ ...entry, operation: 'config.put' });
    expect(events.events.map(({ data }) => 'operation' in data && data.operation)).toEqual([
      'config.get',
      'config.put',
    ]);
    expect(counted).toHaveLength(4);
  });

  it('counts what goes nowhere', () => {
    const { trail, events, logger, counted } = stage({ destinations: [] });
    trail.record(entry);
    expect([events.events.length, logger.records.length, counted.length]).toEqual([0, 0, 1]);
  });

  it('keeps a record small, whatever a request has in it', () => {
    const { trail, events } = stage({});
    trail.record({ ...entry, target: 'x'.repeat(100_000), message: 'y'.repeat(100_000) });
    expect(JSON.stringify(events.events).length).toBeLessThan(2_000);
  });
});
