import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { providerTarget, writeProviderArchive } from '@wasmlattice/artifacts';
import { createSigningKey, signComponent } from '@wasmlattice/identity';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reply } from '../src/lattice.js';
import { paths } from '../src/paths.js';
import {
  type RecordedEvent,
  type RecordedRequest,
  type RecordedStep,
  readRecordedSteps,
} from '../src/recorded-steps.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const steps = await readRecordedSteps('wash-0.44-host-1.9.2.jsonl');

const account = createSigningKey('account');
const component = createSigningKey('module').publicKey;
const provider = createSigningKey('service').publicKey;

let scenario: Scenario;
let images: TempDir;
/** How the host calls itself. */
let friendlyName: string;
let version: string;
/** What providers were told, in order. */
const told: { subject: string; text: string }[] = [];

beforeAll(async () => {
  images = await createTempDir();
  const metadata = { name: 'hello-world', tags: [], revision: 1, version: '0.1.0', provider: false };
  const content = { subject: component, issuedAt: 1_700_000_000, metadata };
  const hello = await readFile(paths.hello);
  for (const name of ['hw-signed.wasm', 'hw-signed-b.wasm']) {
    await writeFile(join(images.path, name), (await signComponent(hello, content, account)).bytes);
  }
  const program = `#!/usr/bin/env node\nimport(${JSON.stringify(pathToFileURL(paths.toldProvider).href)});\n`;
  const archive = await writeProviderArchive(
    {
      programs: new Map([[providerTarget(process.arch, process.platform), Buffer.from(program)]]),
      metadata: { name: 'http-server', vendor: 'wasmcloud', revision: 0 },
      subject: provider,
      issuedAt: 1_700_000_000,
    },
    account,
    { compress: true },
  );
  await writeFile(join(images.path, 'http-server.par.gz'), archive.bytes);
  scenario = await startScenario({ args: ['--label', 'zone=lab'] });
  scenario.lattice.connection.subscribe('wasmbus.rpc.default.>', {
    callback: (_error, message) => void told.push({ subject: message.subject, text: message.string() }),
  });
  await scenario.lattice.connection.flush();
  const { response } = await scenario.lattice.ask('host.ping');
  ({ friendly_name: friendlyName, version } = response as { friendly_name: string; version: string });
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
  await images?.[Symbol.asyncDispose]();
});

/**
 * Where we differ on purpose, as docs/compatibility.md says. Each takes the difference out of what was recorded; what is left must be the
 * same.
 */
const differences: readonly {
  readonly name: string;
  readonly events?: (events: readonly RecordedEvent[], step: string) => readonly RecordedEvent[];
  readonly answer?: (answer: Reply, request: RecordedRequest) => Reply;
  readonly told?: (told: RecordedStep['told']) => RecordedStep['told'];
  /** What providers are told here, and not there. */
  readonly toldMore?: (subject: string, text: string) => boolean;
}[] = [
  {
    name: 'component_scaled comes once at a start, and not twice',
    events: (events) => events.filter((event, at) => at === 0 || !isDeepStrictEqual(event, events[at - 1])),
  },
  {
    name: 'an update does not end with component_scaled and 0 instances, which wadm takes for a stop',
    events: (events, step) =>
      step.startsWith('update') ? events.filter(({ data }) => data.max_instances !== 0) : events,
  },
  {
    name: 'claims of a provider without a version are left out, as wadm would drop the whole event',
    events: (events) =>
      events.map(({ name, data }) => {
        const claims = data.claims as { readonly version?: unknown } | undefined;
        return claims?.version === null ? { name, data: { ...data, claims: undefined } } : { name, data };
      }),
  },
  {
    name: 'errors in events say more',
    events: (events) =>
      events.map(({ name, data }) =>
        name.endsWith('_failed') && name !== 'linkdef_set_failed'
          ? { name, data: { ...data, error: expect.stringMatching(/./) } }
          : { name, data },
      ),
  },
  {
    name: 'the answer of an auction names the component by its id, and not by its reference',
    answer: (answer, { subject, text }) =>
      subject.endsWith('component.auction')
        ? { ...answer, response: { ...Object(answer.response), component_id: JSON.parse(text).component_id } }
        : answer,
  },
  {
    name: 'a provider is not told again of the config that it has just been started with',
    told: (all) => all.filter(({ subject }) => !subject.endsWith('.config.update')),
  },
  {
    name: 'a host asks its own providers besides what became of a link, in a message with its id',
    toldMore: (subject, text) => subject.endsWith('.linkdefs.del') && 'host_id' in JSON.parse(text),
  },
];

/** Those that there were. */
const found = new Set<string>();

/** When they come is a matter of time alone. */
const atAnyTime = new Set(['host_heartbeat', 'health_check_passed', 'health_check_status']);

/** What stands in the recording, in our words. Names of records have `COMPONENT` in them, too. */
function asHere(text: string): string {
  const { host, nats } = scenario;
  const words: readonly (readonly [recorded: string, here: string])[] = [
    ['HOST', host.id],
    ['ISSUER', account.publicKey],
    ['COMPONENT(?!_)', component],
    ['PROVIDER', provider],
    ['/images/', `${images.path}/`],
    ['nats://127.0.0.1:4333', nats.url],
    ['some-name-0001', friendlyName],
    ['"version":"1.9.2"', `"version":"${version}"`],
  ];
  return words.reduce((all, [recorded, here]) => all.replaceAll(new RegExp(recorded, 'g'), here), text);
}

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
    await connection.request('wasmbus.ctl.v1.default.host.ping', '', { timeout: 5_000 }).catch(() => {});
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

/** Applies those of the differences that are about one thing, and notes which of them there were. */
function withDifferences<K extends 'events' | 'told'>(kind: K, recorded: RecordedStep): RecordedStep[K] {
  return differences.reduce((all: RecordedStep[K], difference) => {
    const change = difference[kind] as ((all: RecordedStep[K], step: string) => RecordedStep[K]) | undefined;
    const changed = change?.(all, recorded.step) ?? all;
    if (!isDeepStrictEqual(changed, all)) found.add(difference.name);
    return changed;
  }, recorded[kind]);
}

async function expectEvents(recorded: RecordedStep, from: number): Promise<number> {
  const here = (): RecordedEvent[] =>
    scenario.lattice.events
      .map(({ type, data }) => ({ name: type.replace('com.wasmcloud.lattice.', ''), data }))
      .filter(({ name }) => !atAnyTime.has(name));
  const there = JSON.parse(asHere(JSON.stringify(recorded))) as RecordedStep;
  const expected = withDifferences('events', {
    ...there,
    events: there.events.filter(({ name }) => !atAnyTime.has(name)),
  });
  await expect
    .poll(() => here().length, { message: `events of ${recorded.step}` })
    .toBe(from + expected.length);
  expect(here().slice(from), `events of ${recorded.step}`).toEqual(expected);
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
    .map(({ subject, text }) => [subject.replace(/X[A-Z2-7]{55}/, 'XKEY'), JSON.parse(text)] as const)
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
    await connection.flush();
    const expected = withDifferences('told', recorded).filter(({ subject }) => !subject.endsWith('.health'));
    expect(toldHere(), `what providers were told by ${recorded.step}`).toEqual(
      expected.map(({ subject, text }) => [subject, JSON.parse(asHere(text))] as const).sort(bySubject),
    );
    for (const { key, text } of lastOf(recorded.kv)) {
      const [bucket = '', name = ''] = asHere(key).split(/\.(.*)/);
      const entry = await (await connection.jetstream().views.kv(bucket)).get(name);
      const value = entry?.operation === 'PUT' ? entry.json() : undefined;
      expect(value, `${key} after ${recorded.step}`).toEqual(text && JSON.parse(asHere(text)));
    }
  }
  expect([...found].sort(), 'what is named and not so any more').toEqual(
    differences.map(({ name }) => name).sort(),
  );
});
