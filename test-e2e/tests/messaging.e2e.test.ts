import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent, startProvider } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let second: HostProcess;
let url: string;

beforeAll(async () => {
  scenario = await startScenario();
  const { host, lattice, nats } = scenario;
  second = await startHost({ nats });
  // The provider and the workers run on both hosts, the component that asks on one.
  for (const each of [host, second]) {
    await startProvider(lattice, each, 'messaging', paths.messagingProvider);
    await each.child.waitForLine(/the provider serves/);
    await startComponent(lattice, each, { id: 'worker', wasm: paths.messenger, maxInstances: 4 });
  }
  await startComponent(lattice, host, { id: 'asker', wasm: paths.messenger, maxInstances: 4 });
  for (const source of ['asker', 'worker']) {
    await putLink(lattice, { source, target: 'messaging', interface: 'wasmcloud:messaging/consumer' });
  }
  await putLink(lattice, {
    source: 'messaging',
    target: 'worker',
    interface: 'wasmcloud:messaging/handler',
    sourceConfig: { subscriptions: 'jobs.*|workers' },
  });
  for (const { child } of [host, second]) await child.waitForLine(/subscribed for a component.*worker/);
  url = await serveHttp(lattice, host, 'asker', await freePort());
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
});

async function call(path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

describe('components with messaging', () => {
  it('ask each other and answer', async () => {
    expect(await call('/request?subject=jobs.one&body=a%20job')).toEqual({ ok: 'a job was handled' });
  });

  it('publish to anybody on NATS', async () => {
    const subscription = scenario.lattice.connection.subscribe('news', { max: 1 });
    await scenario.lattice.connection.flush();
    expect(await call('/publish?subject=news&body=hello')).toEqual({ ok: 'published' });
    for await (const message of subscription) expect(message.string()).toBe('hello');
  });

  it('handle what anybody on NATS asks', async () => {
    const answer = await scenario.lattice.connection.request('jobs.two', 'from outside', { timeout: 60_000 });
    expect(answer.string()).toBe('from outside was handled');
  });

  it('get what went wrong as the errors of the WIT', async () => {
    expect(await call('/request?subject=nobody&body=x')).toEqual({
      err: 'could not ask nobody: nobody listens',
    });
    expect(await call('/publish?subject=a%20b&body=x')).toEqual({
      err: expect.stringMatching(/"a b" is not a subject to publish to/),
    });
  });

  it('share the messages of a queue group over the hosts: each is handled once', async () => {
    const { host, lattice } = scenario;
    const children = [host.child, second.child];
    const before = children.map((child) => child.output().length);
    const handled = (): string[] =>
      children.flatMap(
        (child, index) =>
          child
            .output()
            .slice(before[index])
            .match(/handled jobs\.many \d+(?=\D)/g) ?? [],
      );
    const jobs = Array.from({ length: 60 }, (_, job) => `handled jobs.many ${job}`);
    for (const [job] of jobs.entries()) lattice.connection.publish('jobs.many', String(job));
    await expect.poll(() => handled().length, { interval: 50 }).toBeGreaterThanOrEqual(60);
    // One more, answered, comes after all others of its subject.
    await lattice.connection.request('jobs.many', '60', { timeout: 60_000 });
    expect(
      handled()
        .filter((line) => jobs.includes(line))
        .sort(),
    ).toEqual([...jobs].sort());
  });

  it('go on after messages that fail', async () => {
    const { host, lattice } = scenario;
    const children = [host.child, second.child];
    const output = (): string => children.map((child) => child.output()).join('');
    lattice.connection.publish('jobs.bad', 'refuse');
    lattice.connection.publish('jobs.bad', 'trap');
    await expect.poll(output, { interval: 50 }).toMatch(/failed to handle a message.*refused on request/);
    await expect.poll(output, { interval: 50 }).toMatch(/could not be handed to its component/);
    expect(await call('/request?subject=jobs.one&body=next')).toEqual({ ok: 'next was handled' });
  });
});

describe('a component on the interfaces of 0.3.0', () => {
  beforeAll(async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'newer', wasm: paths.messengerV3, maxInstances: 4 });
    await putLink(lattice, {
      source: 'newer',
      target: 'messaging',
      interface: 'wasmcloud:messaging/consumer',
    });
    await putLink(lattice, {
      source: 'messaging',
      target: 'newer',
      // The provider's links to two components need two names.
      name: 'newer',
      interface: 'wasmcloud:messaging/handler',
      sourceConfig: { subscriptions: 'newer|newer' },
    });
    for (const { child } of [host, second]) await child.waitForLine(/subscribed for a component.*newer/);
  });

  it('handles messages and replies to them', async () => {
    expect(await call('/request?subject=newer&body=one')).toEqual({ ok: 'one was handled' });
  });

  it('asks one of 0.2.0', async () => {
    expect(await call('/request?subject=newer&body=ask:jobs.one:two')).toEqual({ ok: 'two was handled' });
    expect(await call('/request?subject=newer&body=ask:nobody:two')).toEqual({
      ok: JSON.stringify({ tag: 'other', val: 'could not ask nobody: nobody listens' }),
    });
  });

  it('sends without waiting for an answer', async () => {
    const subscription = scenario.lattice.connection.subscribe('told', { max: 1 });
    await scenario.lattice.connection.flush();
    await call('/request?subject=newer&body=tell:told:three');
    for await (const message of subscription) expect(message.string()).toBe('three');
  });
});
