import { noFigures } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { componentStart, threadSettings } from '../thread/testing/test-thread.js';
import {
  decodeFromProcess,
  decodeToProcess,
  encodeFromProcess,
  encodeToProcess,
  type FromProcess,
} from './messages.js';

describe('messages of a host', () => {
  it('carry a component from shared memory to a process', () => {
    const start = componentStart({ config: [['a', '1']] });
    start.bytes.set([1, 2, 3, 4]);
    const ceilings = {
      'suspended-stacks': 1,
      'linear-memories': 2,
      'mapped-areas': Number.POSITIVE_INFINITY,
      'resident-memory': 4,
    };
    const message = { kind: 'serve', id: 1, settings: threadSettings, ceilings, start } as const;
    expect(decodeToProcess(encodeToProcess(message))).toEqual({
      ...message,
      start: { ...start, bytes: new Uint8Array([1, 2, 3, 4]) },
    });
  });
});

describe('messages of a process', () => {
  it.each<FromProcess>([
    { kind: 'done', id: 1 },
    { kind: 'failed', id: 2, error: { name: 'E', message: 'why', cause: { name: 'F', message: 'deeper' } } },
    { kind: 'telemetry', batch: { spans: [], measurements: [], logs: [] } },
    { kind: 'logs', batch: { logs: [], dropped: 2 } },
    { kind: 'traces', batch: { spans: [], logs: [], dropped: 2 } },
    { kind: 'figures', id: 3, figures: { ...noFigures, running: 1, waiting: 0, refused: 0 } },
  ])('arrive as they were sent: $kind', (message) => {
    expect(decodeFromProcess(encodeFromProcess(message))).toEqual(message);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"done"',
    '{"kind":"close","id":1}',
    '{"kind":"done"}',
    '{"kind":"done","id":"1"}',
    '{"kind":"failed","id":1}',
    '{"kind":"failed","id":1,"error":{"name":"E","message":1}}',
    '{"kind":"failed","id":1,"error":{"name":"E","message":"m","cause":"c"}}',
    '{"kind":"telemetry","batch":null}',
    '{"kind":"logs","batch":{"logs":{},"dropped":0}}',
    '{"kind":"figures","id":1,"figures":{"invocations":1}}',
  ])('are refused when they are none: %s', (text) => {
    expect(() => decodeFromProcess(Buffer.from(text))).toThrow(/^a message is no/);
  });
});
