import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reply } from '../src/lattice.js';
import { differences, withoutDifferences } from '../src/recorded-differences.js';
import { type RecordedHost, startRecordedHost } from '../src/recorded-host.js';
import {
  type RecordedEvent,
  type RecordedRequest,
  type RecordedStep,
  readRecordedSteps,
} from '../src/recorded-steps.js';
import type { Scenario } from '../src/scenario.js';

const steps = await readRecordedSteps('wash-0.44-host-1.9.2.jsonl');

let here: RecordedHost;
let scenario: Scenario;
let asHere: RecordedHost['asHere'];
/** What providers were told, in order. */
const told: { subject: string; text: string }[] = [];

beforeAll(async () => {
  here = await startRecordedHost();
  ({ asHere, scenario } = here);
  scenario.lattice.connection.subscribe('wasmbus.rpc.default.>', {
    callback: (_error, message) => void told.push({ subject: message.subject, text: message.string() }),
  });
  await scenario.lattice.connection.flush();
});
afterAll(() => here?.[Symbol.asyncDispose]());

/** Those that there were. */
const found = new Set<string>();

/** When they come is a matter of time alone. */
const atAnyTime = new Set(['host_heartbeat', 'health_check_passed', 'health_check_status']);

const fieldsOfOurs = new Set(['config']);
const clock = new Set(['uptime_human', 'uptime_seconds']);

/** Without what a clock says and without fields of ours beside those of wasmCloud; in lists of things their order means nothing. */
function comparable(value: unknown, without: ReadonlySet<string> = new Set()): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) => {
      if (clock.has(key) || without.has(key)) return undefined;
      return Array.isArray(each) ? each.toSorted(byText) : each;
    }),
  );
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

async function ask({ subject, text, answer }: RecordedRequest): Promise<void> {
  const { connection } = scenario.lattice;
  if (answer === undefined) {
    const answers: string[] = [];
    const inbox = connection.subscribe('silence', {
      // Where nobody listens the server says so, without a text.
      callback: (_error, message) => void (message.data.length > 0 && answers.push(message.string())),
    });
    connection.publish(asHere(subject), asHere(text), { reply: 'silence' });
    // Behind it: whoever answers would have done so before.
    await connection.request('wasmbus.ctl.v1.default.host.ping', '', { timeout: 60_000 }).catch(() => {});
    inbox.unsubscribe();
    expect(answers, `answers to ${subject}`).toEqual([]);
    return;
  }
  const reply = await connection.request(asHere(subject), asHere(text), { timeout: 60_000 });
  const expected = differences.reduce(
    (all, difference) => {
      const changed = difference.answer?.(all, { subject, text: asHere(text) }) ?? all;
      if (!isDeepStrictEqual(changed, all)) found.add(difference.name);
      return changed;
    },
    JSON.parse(asHere(answer)) as Reply,
  );
  expect(comparable(reply.json(), fieldsOfOurs), `the answer to ${subject}`).toEqual(comparable(expected));
}

function toldThere({ told: recorded }: RecordedStep): RecordedStep['told'] {
  return differences.reduce((all, { told: change, name }) => {
    const changed = change?.(all) ?? all;
    if (!isDeepStrictEqual(changed, all)) found.add(name);
    return changed;
  }, recorded);
}

async function expectEvents(recorded: RecordedStep, from: number): Promise<number> {
  const seen = (): RecordedEvent[] =>
    scenario.lattice.events
      .map(({ type, data }) => ({ name: type.replace('com.wasmcloud.lattice.', ''), data }))
      .filter(({ name }) => !atAnyTime.has(name));
  const there = JSON.parse(asHere(JSON.stringify(recorded))) as RecordedStep;
  const events = there.events.filter(({ name }) => !atAnyTime.has(name));
  const expected = withoutDifferences({ ...there, events }, found);
  await expect
    .poll(() => seen().length, { message: `events of ${recorded.step}` })
    .toBe(from + expected.length);
  expect(seen().slice(from), `events of ${recorded.step}`).toEqual(expected);
  return from + expected.length;
}

/** What providers were told since the last command, by subject; the key of a process stands for all. */
function toldHere(): readonly (readonly [subject: string, payload: unknown])[] {
  return told
    .filter(({ subject, text }) => {
      const more = differences.find(({ toldMore }) => toldMore?.(subject, text));
      if (more !== undefined) found.add(more.name);
      return more === undefined && !subject.endsWith('.health');
    })
    .map(({ subject, text }) => {
      const payload = differences.reduce((all, { name, toldWithout }) => {
        const changed = toldWithout?.(subject, all) ?? all;
        if (!isDeepStrictEqual(changed, all)) found.add(name);
        return changed;
      }, JSON.parse(text) as unknown);
      return [subject.replace(/X[A-Z2-7]{55}/, 'XKEY'), payload] as const;
    })
    .sort(bySubject);
}

function bySubject([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The last record of each key. */
function lastOf(records: RecordedStep['kv']): RecordedStep['kv'] {
  return [...new Map(records.map((record) => [record.key, record])).values()];
}

it('answers 57 commands of wash as wasmCloud 1.9.2 does, but for what is named here', async () => {
  const { connection } = scenario.lattice;
  let events = 0;
  for (const recorded of steps) {
    told.length = 0;
    for (const request of recorded.requests) await ask(request);
    events = await expectEvents(recorded, events);
    const expected = toldThere(recorded).filter(({ subject }) => !subject.endsWith('.health'));
    // What providers are told and events take different connections.
    await expect
      .poll(toldHere, { message: `what providers were told by ${recorded.step}` })
      .toEqual(
        expected.map(({ subject, text }) => [subject, JSON.parse(asHere(text))] as const).sort(bySubject),
      );
    for (const { key, text } of lastOf(recorded.kv)) {
      const [bucket = '', name = ''] = asHere(key).split(/\.(.*)/);
      const records = await connection.jetstream().views.kv(bucket);
      const stored = async (): Promise<unknown> => {
        const entry = await records.get(name);
        return entry?.operation === 'PUT' ? entry.json() : undefined;
      };
      await expect
        .poll(stored, { message: `${key} after ${recorded.step}` })
        .toEqual(text && JSON.parse(asHere(text)));
    }
  }
  expect([...found].sort(), 'what is named and not so any more').toEqual(
    differences.map(({ name }) => name).sort(),
  );
});
