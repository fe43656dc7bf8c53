import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { noopLogger } from '@wasmlattice/telemetry';
import { connect, Events } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedNats, EmbeddedNatsOptions } from './embedded-nats.js';
import { serverConfig, startEmbeddedNats } from './embedded-nats.js';
import { isRunning, markProcess } from './process-mark.js';

let dataDir: string;
const started: EmbeddedNats[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wasmlattice-embedded-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

function options(changes: Partial<EmbeddedNatsOptions> = {}): EmbeddedNatsOptions {
  return { dataDir, cacheDir: dataDir, port: 0, env: process.env, logger: noopLogger, ...changes };
}

async function start(changes: Partial<EmbeddedNatsOptions> = {}): Promise<EmbeddedNats> {
  const server = await startEmbeddedNats(options(changes));
  started.push(server);
  return server;
}

/** A program in the data folder that stands in for `nats-server`. */
async function fakeServer(script: string): Promise<EmbeddedNatsOptions['env']> {
  const program = join(dataDir, 'fake-nats-server');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return { NATS_SERVER_BIN: program };
}

describe('an embedded NATS server', () => {
  it('takes connections on the loopback interface and has JetStream', async () => {
    const server = await start();
    expect(server.host).toBe('127.0.0.1');
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
    const connection = await connect({ servers: server.url });
    const bucket = await connection.jetstream().views.kv('CHECK');
    await bucket.put('key', 'value');
    expect((await bucket.get('key'))?.string()).toBe('value');
    await connection.close();
  });

  it('keeps its data over a restart', async () => {
    const first = await start();
    const before = await connect({ servers: first.url });
    await (await before.jetstream().views.kv('CHECK')).put('key', 'value');
    await before.close();
    await first.stop();

    const second = await start();
    const after = await connect({ servers: second.url });
    expect((await (await after.jetstream().views.kv('CHECK')).get('key'))?.string()).toBe('value');
    await after.close();
  });

  it('stops twice and gives the folder back', async () => {
    const server = await start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await expect(server.exited).resolves.toMatchObject({ signal: null });
    expect(await markProcess(server.pid)).toBeUndefined();
    await expect(access(join(dataDir, 'nats', 'host.lock'))).rejects.toThrow('ENOENT');
  });

  it('is started again on its port when it dies, and keeps its data', async () => {
    const server = await start();
    const connection = await connect({
      servers: server.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 20,
    });
    const bucket = await connection.jetstream().views.kv('CHECK');
    await bucket.put('key', 'value');
    const { pid } = server;
    const reconnected = (async () => {
      for await (const { type } of connection.status()) if (type === Events.Reconnect) return;
    })();
    process.kill(pid, 'SIGKILL');
    await reconnected;
    expect(server.pid).not.toBe(pid);
    expect((await bucket.get('key'))?.string()).toBe('value');
    await connection.close();
    const last = server.pid;
    await server.stop();
    expect(await markProcess(last)).toBeUndefined();
  });

  it('can be stopped while it is being started again', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    await expect(access(join(dataDir, 'nats', 'host.lock'))).rejects.toThrow('ENOENT');
    await start();
  });

  it('is refused a data folder that another one uses', async () => {
    await start();
    await expect(startEmbeddedNats(options())).rejects.toMatchObject({
      name: 'EmbeddedNatsError',
      failure: 'data-dir-in-use',
      message: expect.stringContaining(`process id ${process.pid}`),
    });
    expect((await readdir(join(dataDir, 'nats'))).filter((name) => name.startsWith('host.lock'))).toEqual([
      'host.lock',
    ]);
  });

  it('tells why it ended early', async () => {
    const blocker = createServer();
    blocker.listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startEmbeddedNats(options({ port }))).rejects.toMatchObject({
      failure: 'exited',
      message: expect.stringMatching(/ended with code 1 .*address already in use/s),
    });
    blocker.close();
    await start();
  });

  it('that cannot be run says so', async () => {
    const env = await fakeServer('exit 3');
    await expect(startEmbeddedNats(options({ env }))).rejects.toMatchObject({
      failure: 'exited',
      message: expect.stringContaining('ended with code 3 before it was ready; it logged nothing'),
    });
    await writeFile(join(dataDir, 'fake-nats-server'), 'not a program');
    await expect(startEmbeddedNats(options({ env }))).rejects.toMatchObject({ failure: 'exited' });
  });

  it('that never becomes ready is stopped', async () => {
    const env = await fakeServer(`echo $$ > ${join(dataDir, 'pid')}; exec tail -f /dev/null`);
    await expect(startEmbeddedNats(options({ env, readyTimeoutMs: 300 }))).rejects.toMatchObject({
      failure: 'not-ready',
    });
    expect(await markProcess(Number(await readFile(join(dataDir, 'pid'), 'utf8')))).toBeUndefined();
    await start();
  });

  it('that ignores the request to stop is killed', async () => {
    const env = await fakeServer("trap '' TERM; exec tail -f /dev/null");
    await expect(
      startEmbeddedNats(options({ env, readyTimeoutMs: 200, stopTimeoutMs: 200 })),
    ).rejects.toMatchObject({ failure: 'not-ready' });
  });

  it('that is missing is one clear message', async () => {
    const env = { NATS_SERVER_BIN: join(dataDir, 'nowhere') };
    await expect(startEmbeddedNats(options({ env }))).rejects.toMatchObject({
      failure: 'not-found',
      message: expect.stringContaining('NATS_SERVER_BIN'),
    });
  });
});

describe('a host that is killed', () => {
  /** A process that starts a server in the data folder, prints its process id, and waits. */
  async function otherHost(): Promise<{ kill(): Promise<void>; serverPid: number }> {
    // The flags of this process let it run the sources without a build.
    const args = [...process.execArgv, '--input-type=module', '-e', otherHostProgram, dataDir];
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      return {
        serverPid: Number(line),
        kill: async () => {
          const exit = once(child, 'exit');
          child.kill('SIGKILL');
          await exit;
        },
      };
    }
    throw new Error('the other host ended early');
  }

  const otherHostProgram = `
    const { startEmbeddedNats } = await import('./embedded-nats.js');
    const silent = () => {};
    const logger = { error: silent, warn: silent, info: silent, debug: silent, trace: silent };
    const dataDir = process.argv[1];
    const server = await startEmbeddedNats({ dataDir, cacheDir: dataDir, port: 0, env: process.env, logger });
    console.log(server.pid);
    setInterval(silent, 1e6);
  `;

  it('takes its server along', async () => {
    const other = await otherHost();
    await expect(startEmbeddedNats(options())).rejects.toMatchObject({ failure: 'data-dir-in-use' });
    await other.kill();
    await expect.poll(() => markProcess(other.serverPid)).toBeUndefined();
  });

  it('leaves a folder that can be used again at once', async () => {
    const other = await otherHost();
    const mark = await markProcess(other.serverPid);
    if (mark === undefined) throw new Error('the server of the other host does not run');
    await other.kill();
    await start();
    expect(await isRunning(mark)).toBe(false);
  });
});

describe('a lock file', () => {
  const lockFile = () => join(dataDir, 'nats', 'host.lock');

  async function leaveLock(content: unknown): Promise<void> {
    const server = await start();
    await server.stop();
    await writeFile(lockFile(), typeof content === 'string' ? content : JSON.stringify(content));
  }

  it('of a later process with the same number is stale', async () => {
    const own = JSON.parse(await lockContent()) as { host: { started: string } };
    await leaveLock({ ...own, host: { ...own.host, started: 'yesterday' } });
    await start();
  });

  it('that cannot be read is stale', async () => {
    await leaveLock('{"machine":');
    await start();
  });

  it('of another machine holds while it shows signs of life', async () => {
    await leaveLock({ machine: 'elsewhere', host: { pid: 7, started: 'x' } });
    await expect(startEmbeddedNats(options())).rejects.toMatchObject({
      failure: 'data-dir-in-use',
      message: expect.stringContaining('process id 7 on elsewhere'),
    });
  });

  it('of another machine without signs of life is stale', async () => {
    await leaveLock({ machine: 'elsewhere', host: { pid: 7, started: 'x' } });
    await utimes(lockFile(), new Date(0), new Date(0));
    await start();
  });

  async function lockContent(): Promise<string> {
    const server = await start();
    const text = await readFile(lockFile(), 'utf8');
    await server.stop();
    return text;
  }
});

describe('the configuration file of the server', () => {
  it('quotes paths and names', () => {
    expect(serverConfig('/data/"my" lattice', { port: 4222, jsDomain: 'edge' })).toContain(
      'store_dir: "/data/\\"my\\" lattice"\n  domain: "edge"',
    );
  });
});
