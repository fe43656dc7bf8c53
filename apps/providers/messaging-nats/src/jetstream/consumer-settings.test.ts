import { describe, expect, it } from 'vitest';
import { readConsumers } from './consumer-settings.js';

const read = (entry: unknown): unknown => readConsumers(JSON.stringify([entry]));
const minimal = { stream: 'S', consumer: 'c' };

describe('consumers', () => {
  it('are found by stream and name, as upstream writes them', () => {
    expect(read({ ...minimal, max_messages: 10, max_bytes: null })).toEqual([
      {
        stream: 'S',
        consumer: 'c',
        maxMessages: 10,
        maxBytes: undefined,
        create: undefined,
        maxDeliver: undefined,
        backOffMs: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000],
        deadLetterSubject: undefined,
        handlerTimeoutMs: 600_000,
      },
    ]);
  });

  it('are made with what they say', () => {
    expect(
      read({ ...minimal, create: true, filter_subjects: ['a.*', 'b'], ack_wait_ms: 5_000 }),
    ).toMatchObject([
      {
        create: {
          filterSubjects: ['a.*', 'b'],
          deliverPolicy: 'all',
          ackWaitMs: 5_000,
          maxAckPending: undefined,
        },
      },
    ]);
  });

  it.each([
    [{ consumer: 'c' }, 'consumers[0] has no stream: give the name of a stream'],
    [{ ...minimal, stream: 'a.b' }, 'consumers[0].stream is "a.b": give the name of a stream'],
    [{ ...minimal, max_delivers: 5 }, 'consumers[0] has no "max_delivers": did you mean "max_deliver"?'],
    [
      { ...minimal, max_deliver: '5' },
      'consumers[0].max_deliver is "5": give a whole number from 1 to 1000000',
    ],
    [
      { ...minimal, ack_wait_ms: 5_000 },
      'consumers[0].ack_wait_ms has no effect: the consumer keeps its own: leave it out, or give "create": true',
    ],
    [
      { ...minimal, dead_letter_subject: 'a.*' },
      'consumers[0].dead_letter_subject is "a.*": give a subject without wildcards',
    ],
    [
      { ...minimal, back_off_ms: [] },
      'consumers[0].back_off_ms is []: give a list of milliseconds, each up to a day',
    ],
    [
      { ...minimal, create: true, deliver_policy: 'first' },
      'consumers[0].deliver_policy is "first": give one of "all", "new", "last"',
    ],
    ['c', 'consumers[0] is no object: write {"stream": …, "consumer": …}'],
  ])('%j is refused', (entry, message) => {
    expect(() => read(entry)).toThrow(message);
  });

  it.each(['', '{}', '[', '"x"'])('%j is no list of them', (text) => {
    expect(() => readConsumers(text)).toThrow(/^consumers is no JSON/);
  });
});
