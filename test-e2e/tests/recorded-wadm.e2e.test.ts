import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reply } from '../src/lattice.js';
import { withoutDifferences } from '../src/recorded-differences.js';
import { type RecordedHost, startRecordedHost } from '../src/recorded-host.js';
import { type RecordedEvent, type RecordedStep, readRecordedSteps } from '../src/recorded-steps.js';

const steps = await readRecordedSteps('wadm-0.21.1-host-1.9.2.jsonl');

let here: RecordedHost;
beforeAll(async () => {
  here = await startRecordedHost();
});
afterAll(() => here?.[Symbol.asyncDispose]());

/** When they come is a matter of time alone. */
const atAnyTime = /^(host_heartbeat|health_check_.*)$/;

function seenEvents(): RecordedEvent[] {
  return here.scenario.lattice.events
    .map(({ type, data }) => ({ name: type.replace('com.wasmcloud.lattice.', ''), data }))
    .filter(({ name }) => !atAnyTime.test(name));
}

/** What wadm did one after the other its host did at the same time. */
function inAnyOrder(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return events.toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort())
      : each,
  );
}

async function expectRecords({ kv, step }: RecordedStep): Promise<void> {
  const { connection } = here.scenario.lattice;
  for (const { key, text } of new Map(kv.map((record) => [record.key, record])).values()) {
    const [bucket = '', name = ''] = here.asHere(key).split('.');
    const records = await connection.jetstream().views.kv(bucket);
    const expected = text && JSON.parse(here.asHere(text));
    const stored = async (): Promise<unknown> => {
      const entry = await records.get(name);
      const value = entry?.operation === 'PUT' ? entry.json<{ readonly links?: unknown }>() : undefined;
      // Whether a link or a start came first is not told by what wadm sent.
      return expected?.links === undefined ? value : value?.links;
    };
    await expect
      .poll(stored, { message: `${key} after ${step}` })
      .toEqual(expected?.links === undefined ? expected : expected.links);
  }
}

it('does what wadm asked a wasmCloud 1.9.2 host to deploy, change, undeploy and delete, and tells the same events', async () => {
  const { lattice } = here.scenario;
  const found = new Set<string>();
  let position = 0;
  for (const recorded of steps) {
    for (const { subject, text, answer = '' } of recorded.requests) {
      const reply = await lattice.connection.request(here.asHere(subject), here.asHere(text), {
        timeout: 60_000,
      });
      expect(reply.json<Reply>(), `the answer to ${subject}`).toEqual(JSON.parse(here.asHere(answer)));
    }
    const there = JSON.parse(here.asHere(JSON.stringify(recorded))) as RecordedStep;
    const expected = inAnyOrder(withoutDifferences(there, found));
    const since = (): readonly RecordedEvent[] => inAnyOrder(seenEvents().slice(position));
    await expect.poll(() => since().length, { message: recorded.step }).toBe(expected.length);
    expect(since(), `events of ${recorded.step}`).toEqual(expected);
    position += expected.length;
    await expectRecords(recorded);
  }
});
