import { readdir, readFile } from 'node:fs/promises';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const id = 'messaging';

let scenario: Scenario;
let url: string;

beforeAll(async () => {
  scenario = await startScenario();
  const { host, lattice } = scenario;
  await startMessaging();
  for (const component of ['worker', 'asker']) {
    await startComponent(lattice, host, { id: component, wasm: paths.messenger, maxInstances: 4 });
    await putLink(lattice, { source: component, target: id, interface: 'wasmcloud:messaging/consumer' });
  }
  await subscribe('jobs.*|workers');
  url = await serveHttp(lattice, host, 'asker', await freePort());
});
afterAll(() => scenario?.[Symbol.asyncDispose]());

async function startMessaging(): Promise<void> {
  const { host, lattice } = scenario;
  const started = lattice.nextEvent('provider_started', { provider_id: id });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: id,
    provider_ref: 'wasmcloud+builtin://messaging-nats',
    host_id: host.id,
  });
  await started;
}

/** Resolves once the provider has said what became of the link. */
async function subscribe(subscriptions: string): Promise<void> {
  await putLink(scenario.lattice, {
    source: id,
    target: 'worker',
    interface: 'wasmcloud:messaging/handler',
    sourceConfig: { subscriptions },
  });
}

async function ask(subject: string, text: string): Promise<string> {
  const { connection } = scenario.lattice;
  return (await connection.request(subject, text, { timeout: 60_000 })).string();
}

/** Processes that the host has started. */
async function children(): Promise<string[]> {
  const host = String(scenario.host.child.pid);
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (/^PPid:\t(\d+)$/m.exec(status)?.[1] === host) found.push(pid);
  }
  return found;
}

describe('built-in messaging', () => {
  it('runs in the host, without a process of its own', async () => {
    expect(await children()).toEqual([]);
  });

  it('brings messages of a queue group to a component, and its answers back', async () => {
    expect(await ask('jobs.one', 'a job')).toBe('a job was handled');
  });

  it('publishes and asks for a component', async () => {
    const { connection } = scenario.lattice;
    const subscription = connection.subscribe('news', { max: 1 });
    await connection.flush();
    await fetch(`${url}/publish?subject=news&body=hello`);
    for await (const message of subscription) expect(message.string()).toBe('hello');
    const response = await fetch(`${url}/request?subject=jobs.two&body=x`);
    expect(await response.json()).toEqual({ ok: 'x was handled' });
  });

  it('subscribes anew when its link changes, without a restart', async () => {
    await subscribe('tasks');
    expect(await ask('tasks', 'a task')).toBe('a task was handled');
    await expect(
      scenario.lattice.connection.request('jobs.one', 'x', { timeout: 60_000 }),
    ).rejects.toMatchObject({ code: '503' });
  });

  it('delivers messages of a stream until they are handled, and puts those aside that never can be', async () => {
    const { host, lattice } = scenario;
    const { connection } = lattice;
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: 'WORK', subjects: ['work.*'] });
    await manager.streams.add({ name: 'DEAD', subjects: ['dead.>'] });
    const consumer = { stream: 'WORK', create: true };
    const consumers = [
      { ...consumer, consumer: 'patient', filter_subjects: ['work.patient'], back_off_ms: [100] },
      {
        ...consumer,
        consumer: 'strict',
        filter_subjects: ['work.strict'],
        back_off_ms: [0],
        max_deliver: 2,
        dead_letter_subject: 'dead.work',
      },
    ];
    await putLink(lattice, {
      source: id,
      target: 'worker',
      name: 'work',
      interface: 'wasmcloud:messaging/handler',
      sourceConfig: { consumers: JSON.stringify(consumers) },
    });

    await connection.jetstream().publish('work.patient', 'needs backend');
    await host.child.waitForLine(/is delivered again.*work\.patient.*could not ask backend: nobody listens/);
    const asked = connection.subscribe('backend', { callback: (_, message) => void message.respond() });
    await expect
      .poll(async () => (await manager.consumers.info('WORK', 'patient')).ack_floor.stream_seq)
      .toBe(1);
    asked.unsubscribe();

    await connection.jetstream().publish('work.strict', 'refuse');
    await host.child.waitForLine(/is a dead letter.*work\.strict.*refused on request/);
    const letter = await manager.streams.getMessage('DEAD', { last_by_subj: 'dead.work' });
    expect([letter.string(), letter.header.get('Dead-Letter-Reason')]).toEqual(['refuse', 'handler-error']);
  });

  it('ends when it is stopped, and has its links when it is started again', async () => {
    const { host, lattice } = scenario;
    const stopped = lattice.nextEvent('provider_stopped', { provider_id: id });
    await lattice.succeed(`provider.stop.${host.id}`, { provider_id: id, host_id: host.id });
    await stopped;
    await expect(lattice.connection.request('tasks', 'x', { timeout: 60_000 })).rejects.toMatchObject({
      code: '503',
    });
    await startMessaging();
    expect(await ask('tasks', 'again')).toBe('again was handled');
  });
});
