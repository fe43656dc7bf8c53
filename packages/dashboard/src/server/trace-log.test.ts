import type { SpanRecord } from '@wasmlattice/telemetry';
import { expect, it } from 'vitest';
import { mostTraces } from '../model/traces.js';
import { TraceLog } from './trace-log.js';

const span = (traceId: string, spanId: string): SpanRecord => ({
  name: 'invoke',
  kind: 'client',
  context: { traceId, spanId, sampled: true },
  startMs: 1,
  endMs: 2,
  attributes: {},
});

it('puts a trace together from what several hosts tell, and tells what changed', () => {
  const log = new TraceLog();
  log.add({ hostId: 'NA1', spans: [span('t', 'a')], lines: [] });
  expect(log.takeChanges()).toMatchObject([{ id: 't', spans: [{ id: 'a', hostId: 'NA1' }] }]);
  const line = { time: 1, level: 'info', target: 'component', message: 'hi', traceId: 't' } as const;
  const lines = [{ ...line, attributes: { component: 'hello' } }];
  log.add({ hostId: 'NB2', spans: [span('t', 'b')], lines });
  const whole = { id: 't', isCut: false, lines: [{ message: 'hi', workload: 'hello', hostId: 'NB2' }] };
  expect(log.takeChanges()).toMatchObject([{ ...whole, spans: [{ id: 'a' }, { id: 'b', hostId: 'NB2' }] }]);
  expect(log.takeChanges()).toEqual([]);
});

it('forgets the oldest traces, and cuts one without an end', () => {
  const log = new TraceLog();
  for (let at = 0; at <= mostTraces; at += 1)
    log.add({ hostId: 'NA1', spans: [span(`t${at}`, 'a')], lines: [] });
  expect(log.all()).toHaveLength(mostTraces);
  expect(log.all()[0]?.id).toBe('t1');
  log.add({ hostId: 'NA1', spans: Array.from({ length: 300 }, (_, at) => span('long', `${at}`)), lines: [] });
  expect(log.all().at(-1)).toMatchObject({ id: 'long', isCut: true, spans: { length: 200 } });
});
