import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, func, type Invoker, t, witInterface } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir, freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli-process.js';
import { putLink, serveHttp, startComponent, startProvider } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { childrenOf, isAlive } from '../src/isolated-processes.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

/** A call that lasts as long as its caller wants, as the provider has it. */
const patience = witInterface('acme:patience/patience@0.1.0', [
  func('listen', [['said', t.stream(t.u8)]], t.string),
]);

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.[Symbol.asyncDispose]());

describe('an update of a provider', () => {
  it('lets calls in progress end on the old process, and others go to the new one', async () => {
    const { host, lattice } = scenario;
    await startProvider(lattice, host, 'patient', paths.patientProvider);
    await using invoker = createInvoker();
    const first = sayTo(invoker);
    await host.child.waitForLine(/patient first listens\./);
    await update({ name: 'second' });
    // For a moment both take calls.
    await expect.poll(() => askAt(invoker)).toBe('second');
    first.end();
    expect(await first.answer).toBe('first');
    await host.child.waitForLine(/another process took the place of a provider/);
  });

  it('leaves the one that runs where the new one does not come up, and says so', async () => {
    const { lattice } = scenario;
    await using invoker = createInvoker();
    const failed = lattice.nextEvent('provider_start_failed', { provider_id: 'patient' });
    await update({ broken: 'no license' });
    expect((await failed).data.error).toMatch(/goes on as it was.*no license/);
    expect(await askAt(invoker)).toBe('second');
  });

  const update = async (config: Readonly<Record<string, string>>): Promise<void> => {
    const { host, lattice } = scenario;
    await lattice.succeed('config.put.patient', config);
    const outcome = 'broken' in config ? 'provider_start_failed' : 'provider_started';
    const done = lattice.nextEvent(outcome, { provider_id: 'patient' });
    await lattice.succeed(`provider.start.${host.id}`, {
      provider_id: 'patient',
      provider_ref: `file://${paths.patientProvider}`,
      host_id: host.id,
      config: ['patient'],
      annotations: { 'wasmlattice.dev/on-config-change': 'replace' },
      allow_update: true,
    });
    await done;
  };

  const createInvoker = () => {
    const invoker = createNatsInvoker({
      connection: scenario.lattice.connection,
      lattice: 'default',
      timeoutMs: 60_000,
    });
    return Object.assign(invoker, { [Symbol.asyncDispose]: () => invoker.close() });
  };

  const askAt = (invoker: Invoker): Promise<string> => {
    const { answer, end } = sayTo(invoker);
    end();
    return answer;
  };

  const sayTo = (invoker: Invoker): { readonly answer: Promise<string>; end(): void } => {
    const all = Promise.withResolvers<void>();
    const said = async function* () {
      yield Uint8Array.of(1);
      await all.promise;
    };
    const answer = createClient(invoker, { target: 'patient', interface: patience }).listen(said());
    return { answer, end: all.resolve };
  };
});

describe('a provider that dies amid a call', () => {
  it('leaves no component waiting for its answer', async () => {
    const { host, lattice } = scenario;
    await startProvider(lattice, host, 'stuck', paths.stuckProvider);
    await startComponent(lattice, host, { id: 'waiter', wasm: paths.caller, maxInstances: 2 });
    await putLink(lattice, { source: 'waiter', target: 'stuck', interface: 'test:ops/shapes' });
    const url = await serveHttp(lattice, host, 'waiter', await freePort());
    const answer = fetch(`${url}/add`);
    const [, pid] = await host.child.waitForLine(/stuck (\d+) took a call\./);
    process.kill(Number(pid), 'SIGKILL');
    await host.child.waitForLine(/add on stuck.*the process of the peer ended amid the call/);
    expect((await answer).status).toBe(500);
  });
});

describe('a provider that dies amid a stream', () => {
  it('ends it for the component, leaves nothing that looks complete, and serves again', async () => {
    const { host, lattice } = scenario;
    await using folder = await createTempDir();
    await startProvider(lattice, host, 'files', paths.blobstoreProvider);
    await startComponent(lattice, host, { id: 'writer', wasm: paths.storage, maxInstances: 2 });
    await putLink(lattice, {
      source: 'writer',
      target: 'files',
      interface: 'wasi:blobstore/blobstore',
      targetConfig: { ROOT: folder.path },
    });
    await host.child.waitForLine(/directory opened/);
    const url = await serveHttp(lattice, host, 'writer', await freePort());
    const call = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    expect(await call('/create?c=box')).toEqual({ ok: 'box' });

    const endless = call(`/fill?c=box&o=large&bytes=${10 ** 15}`);
    await expect.poll(() => bytesBelow(folder.path), { timeout: 20_000 }).toBeGreaterThan(0);
    const [pid] = await childrenOf(host.child.pid, paths.blobstoreProvider);
    process.kill(Number(pid), 'SIGKILL');
    // Which of both depends on whether the guest was just writing.
    const tag = expect.stringMatching(/^(?:closed|last-operation-failed)$/);
    expect(await endless).toMatchObject({ err: { tag } });
    await expect.poll(() => call('/list?c=box'), { timeout: 20_000 }).toEqual({ ok: [] });
  });

  const bytesBelow = async (folder: string): Promise<number> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  };
});

describe('a provider of another host that dies', () => {
  it('leaves no component waiting for it to accept a call', async () => {
    const { host, lattice, nats } = scenario;
    await using other = await startHost({ nats });
    await startProvider(lattice, other, 'frozen', paths.stuckProvider);
    await startComponent(lattice, host, { id: 'hopeful', wasm: paths.caller, maxInstances: 2 });
    await putLink(lattice, { source: 'hopeful', target: 'frozen', interface: 'test:ops/shapes' });
    const url = await serveHttp(lattice, host, 'hopeful', await freePort());
    const [pid] = await childrenOf(other.child.pid, 'stuck');
    if (pid === undefined) throw new Error('the provider has no process');
    process.kill(pid, 'SIGSTOP');
    const called = Promise.withResolvers<void>();
    const calls = lattice.connection.subscribe('default.frozen.wrpc.0.0.1.>', {
      callback: () => called.resolve(),
    });
    const answer = fetch(`${url}/add`);
    await called.promise;
    calls.unsubscribe();
    process.kill(pid, 'SIGKILL');
    await host.child.waitForLine(/add on frozen.*the process of the peer ended before it accepted the call/);
    expect((await answer).status).toBe(500);
  });
});

describe('a provider that is not of our SDK', () => {
  it('and crashes again and again is told as a crash loop, with its last words', async () => {
    const { host, lattice, nats } = scenario;
    await lattice.succeed('config.put.license', { crashes: 'always' });
    const loop = lattice.nextEvent('provider_state_changed', { provider_id: 'looping', state: 'crash-loop' });
    await lattice.succeed(`provider.start.${host.id}`, {
      provider_id: 'looping',
      provider_ref: `file://${paths.unrulyProvider}`,
      host_id: host.id,
      config: ['license'],
    });
    expect((await loop).data).toMatchObject({
      host_id: host.id,
      reason: 'the provider exited with code 7 although it should run',
      last_lines: ['unruly has no license'],
    });
    const { output } = await runCli(nats, 'get', 'inventory');
    expect(output).toMatch(/^looping +crash loop /m);
    expect(output).toContain('\n  | unruly has no license\n');
    await lattice.succeed(`provider.stop.${host.id}`, { provider_id: 'looping', host_id: host.id });
  });

  it('ends with all it started when the host is killed', async () => {
    const { host, lattice } = scenario;
    await startProvider(lattice, host, 'orphan', paths.unrulyProvider);
    const [, provider, helper] = await host.child.waitForLine(
      /unruly runs as (\d+) with (\d+)\.[^\n]*\borphan\b/,
    );
    host.child.signal('SIGKILL');
    for (const pid of [provider, helper]) {
      await expect.poll(() => isAlive(Number(pid))).toBe(false);
    }
  });
});

it('providers of ours share a process where that is wanted, and come back when it dies', async () => {
  await using alone = await startScenario({ args: ['--providers-in-process'] });
  const { host, lattice } = alone;
  for (const id of ['first', 'second']) await startProvider(lattice, host, id, paths.keyvalueProvider);
  await startProvider(lattice, host, 'files', paths.blobstoreProvider);
  await startProvider(lattice, host, 'foreign', paths.foreignProvider);
  const [shared = 0, ...others] = await childrenOf(host.child.pid, 'shared-program');
  expect(others).toEqual([]);
  expect(await childrenOf(host.child.pid, 'foreign-provider')).toHaveLength(1);
  expect(await childrenOf(host.child.pid, '/dist/main.js')).toEqual([]);
  const back = ['first', 'second', 'files'].map((id) =>
    lattice.nextEvent('provider_state_changed', { provider_id: id, state: 'running' }),
  );
  process.kill(shared, 'SIGKILL');
  await Promise.all(back);
  await expect.poll(() => childrenOf(host.child.pid, 'shared-program')).toHaveLength(1);
  await lattice.succeed(`provider.stop.${host.id}`, { provider_id: 'first', host_id: host.id });
  expect(await host.stop()).toBe(0);
});
