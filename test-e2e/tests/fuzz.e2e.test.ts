import {
  Chaos,
  type Child,
  freePort,
  startChild,
  startNatsServer,
  type TestNatsServer,
} from '@wasmlattice/test-support';
import { headers as createHeaders, type MsgHdrs } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkKeyvalue, serveHttp, startComponent, startProvider, stopComponent } from '../src/deploy.js';
import { type FuzzMessage, FuzzMessages } from '../src/fuzz-messages.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';

/** `FUZZ_SEED` tries others. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_129);
const messages = Number(process.env.FUZZ_MESSAGES ?? 50_000);
/** As many go out before the host is asked whether it has come as far. */
const burst = 500;

let nats: TestNatsServer;
let monitor: string;
let lattice: Lattice;
let service: Child;
let host: HostProcess;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  monitor = `http://127.0.0.1:${port}`;
  nats = await startNatsServer({ config: `http: "127.0.0.1:${port}"\nmax_payload: 8388608` });
  lattice = await joinLattice(nats);
  service = startChild(process.execPath, [paths.policyService, nats.url, 'acme.policy'], {
    PATH: process.env.PATH,
  });
  await service.waitForLine(/the policy service listens/);
  host = await startHost({
    nats,
    args: [
      ...['--policy-topic', 'acme.policy', '--policy-changes-topic', 'acme.policy.changes'],
      ...['--secrets-topic', 'acme.secrets', '--audit', 'off'],
    ],
  });
  await startComponent(lattice, host, { id: 'counter', wasm: paths.counter, maxInstances: 8 });
  await linkKeyvalue(lattice, host, 'counter', 'visits');
  await startProvider(lattice, host, 'messaging', paths.messagingProvider);
  await host.child.waitForOutput((text) => text.split('the provider serves').length > 2);
  url = await serveHttp(lattice, host, 'counter', await freePort());
});
afterAll(async () => {
  await host?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  await lattice?.[Symbol.asyncDispose]();
  await nats?.[Symbol.asyncDispose]();
});

/** What a connection of the server subscribes to. */
interface Connection {
  readonly cid: number;
  readonly subscriptions_list?: readonly string[];
}

/** Every subject that the host and its providers subscribe to, as the server knows it, but for inboxes. */
async function subscribedSubjects(): Promise<string[]> {
  const response = await fetch(`${monitor}/connz?subs=1&limit=1000`);
  const { connections } = (await response.json()) as { readonly connections: readonly Connection[] };
  const others = connections.filter(
    ({ cid, subscriptions_list: list = [] }) =>
      cid !== lattice.connection.info?.client_id && !list.includes('acme.policy'),
  );
  return [...new Set(others.flatMap(({ subscriptions_list: list = [] }) => list))].filter(isKnown).sort();
}

/** Records that hosts watch, which others may write. */
const records = [
  ...[
    'COMPONENT_fuzz-1',
    'COMPONENT___proto__',
    'CLAIMS_fuzz-1',
    'CLAIMS_constructor',
    'LINKDEF_x',
    '__proto__',
  ].map((key) => `$KV.LATTICEDATA_default.${key}`),
  ...['fuzz-1', 'constructor', '__proto__'].map((key) => `$KV.CONFIGDATA_default.${key}`),
];

/** Inboxes have names of 22 random characters that nobody is told but who is to answer. */
const isKnown = (subject: string): boolean => !subject.startsWith('_INBOX');

async function inventory(): Promise<Record<string, unknown>> {
  const { response } = await lattice.succeed(`host.get.${host.id}`);
  const { uptime_human: _, uptime_seconds: __, ...rest } = response as Record<string, unknown>;
  return rest;
}

async function links(): Promise<readonly Record<string, string>[]> {
  return (await lattice.succeed('link.get')).response as readonly Record<string, string>[];
}

const sorted = (all: readonly unknown[]): string[] => all.map((each) => JSON.stringify(each)).sort();

function publish({ subject, payload, reply, headers }: FuzzMessage): void {
  const entries = Object.entries(headers);
  let given: MsgHdrs | undefined;
  for (const [name, value] of entries) {
    given ??= createHeaders();
    given.append(name, value);
  }
  lattice.connection.publish(subject, payload, {
    ...(reply !== undefined && { reply }),
    ...(given !== undefined && { headers: given }),
  });
}

/** Takes away by ordinary commands what fuzzed ones may have made in their own right. */
async function cleanUp(before: Record<string, unknown>, linksBefore: readonly unknown[]): Promise<void> {
  const known = new Set(linksBefore.map((link) => JSON.stringify(link)));
  for (const link of await links()) {
    if (!known.has(JSON.stringify(link))) await lattice.succeed('link.del', link);
  }
  const { labels } = (await inventory()) as { readonly labels: Readonly<Record<string, string>> };
  for (const key of Object.keys(labels)) {
    if (!Object.hasOwn(before.labels as object, key)) await lattice.succeed(`label.del.${host.id}`, { key });
  }
}

it(`${messages} messages to every subject leave the host as it was (seed ${seed})`, async () => {
  expect(await (await fetch(`${url}/a`)).text()).toContain('1');
  const [before, linksBefore, subjectsBefore] = [
    await inventory(),
    await links(),
    await subscribedSubjects(),
  ];
  expect(subjectsBefore).toEqual(
    expect.arrayContaining([
      'wasmbus.ctl.v1.default.link.*',
      `wasmbus.ctl.v1.default.host.*.${host.id}`,
      'wasmbus.rpc.default.keyvalue.config.update',
      'acme.policy.changes',
    ]),
  );
  const patterns = [...subjectsBefore, ...records];
  const fuzz = new FuzzMessages(new Chaos(seed), [
    ...['_INBOX.fuzz.reply', 'fuzz.reply', 'x'.repeat(1_100), 'default.counter.wrpc.0.0.1.a.b'],
    ...['$JS.API.STREAM.PURGE.KV_LATTICEDATA_default', `wasmbus.ctl.v1.default.host.stop.${host.id}`],
  ]);
  for (let sent = 0; sent < messages; sent += 1) {
    publish(fuzz.next(patterns[sent % patterns.length] as string));
    if (sent % burst === burst - 1) await lattice.ask(`host.get.${host.id}`);
  }

  await expect.poll(async () => (await fetch(`${url}/a`)).status).toBe(200);
  for (const record of records) {
    const purge = createHeaders();
    purge.append('KV-Operation', 'PURGE');
    purge.append('Nats-Rollup', 'sub');
    await lattice.connection.request(record, '', { headers: purge, timeout: 60_000 });
  }
  // What was asked last may still be carried out.
  const remaining = async (): Promise<unknown> => {
    await cleanUp(before, linksBefore);
    return { ...(await inventory()), links: sorted(await links()) };
  };
  await expect.poll(remaining).toEqual({ ...before, links: sorted(linksBefore) });
  await expect.poll(subscribedSubjects).toEqual(subjectsBefore);
  // What it did before, it does again.
  expect(await (await fetch(`${url}/b`)).text()).toContain('1');
  await startComponent(lattice, host, { id: 'after', wasm: paths.hello, maxInstances: 2 });
  const after = await serveHttp(lattice, host, 'after', await freePort());
  expect((await fetch(after)).status).toBe(200);
  await lattice.succeed('config.put.after', { a: 'b' });
  expect((await lattice.succeed('config.get.after')).response).toEqual({ a: 'b' });
  await lattice.succeed('config.del.after');
  await stopComponent(lattice, host, { id: 'after', wasm: paths.hello });
});

it.each(['__proto__', 'constructor', 'toString'])('%s is an id like any other', async (id) => {
  await startComponent(lattice, host, { id, wasm: paths.hello, maxInstances: 2 });
  await lattice.succeed(`config.put.${id}`, { a: 'b' });
  const link = { source_id: id, target: 'keyvalue', name: 'default', wit_namespace: 'a', wit_package: id };
  await lattice.succeed('link.put', { ...link, interfaces: [id], source_config: [id] });
  await lattice.succeed(`label.put.${host.id}`, { key: id, value: id });
  const { components, labels } = (await inventory()) as {
    readonly components: readonly { readonly id: string }[];
    readonly labels: object;
  };
  expect(components.map((component) => component.id)).toContain(id);
  expect(Object.hasOwn(labels, id)).toBe(true);
  expect(await links()).toEqual(expect.arrayContaining([expect.objectContaining({ source_id: id })]));
  expect((await lattice.succeed(`config.get.${id}`)).response).toEqual({ a: 'b' });
  await lattice.succeed('link.del', link);
  await lattice.succeed(`label.del.${host.id}`, { key: id });
  await lattice.succeed(`config.del.${id}`);
  await stopComponent(lattice, host, { id, wasm: paths.hello });
});

it.each(['', 'a.b', 'a b', '*', '>', 'ä'])('%j is refused as an id, by its name', async (id) => {
  const failed = lattice.nextEvent('component_scale_failed', { component_id: id });
  const scaled = await lattice.ask(`component.scale.${host.id}`, {
    component_id: id,
    component_ref: `file://${paths.hello}`,
    count: 1,
    host_id: host.id,
  });
  const said = scaled.success ? String((await failed).data.error) : scaled.message;
  expect(said).toContain(`invalid component or provider id ${JSON.stringify(id)}`);
  const link = { source_id: id, target: 'keyvalue', wit_namespace: 'a', wit_package: 'b', interfaces: ['c'] };
  const put = await lattice.ask('link.put', link);
  expect(put).toMatchObject({ success: false });
  expect(put.message).toContain(`invalid component or provider id ${JSON.stringify(id)}`);
});

it('a config of 5 MB is one, and what is none is refused whatever its size', async () => {
  const big = { text: 'x'.repeat(5_000_000) };
  await lattice.succeed('config.put.big', big);
  expect((await lattice.succeed('config.get.big')).response).toEqual(big);
  for (const wrong of [
    `{"a":"${'x'.repeat(5_000_000)}`,
    '['.repeat(5_000_000),
    `{"a":${'[1],'.repeat(1_000_000)}1}`,
  ]) {
    expect(await lattice.ask('config.put.big', wrong)).toMatchObject({ success: false });
  }
  expect((await lattice.succeed('config.get.big')).response).toEqual(big);
  await lattice.succeed('config.del.big');
});
