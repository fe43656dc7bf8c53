import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { createLogger } from '@wasmlattice/telemetry';
import { createTempDir, startNatsServer, type TempDir, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HealthOutcome } from './health-monitor.js';
import {
  type ProcessProvider,
  type ProcessProviderRequest,
  type ProcessProviderTiming,
  startProcessProvider,
} from './process-provider.js';
import { decodeHostData, type HostData } from './protocol/index.js';
import type { ProviderCrash } from './supervisor.js';

/** A provider with nothing but a NATS client: it prints what it gets, one line each. */
const scriptedProvider = `
import { createInterface } from 'node:readline';
import { connect } from ${JSON.stringify(import.meta.resolve('nats'))};

const [line] = await new Promise((resolve) => createInterface(process.stdin).once('line', (...l) => resolve(l)));
const data = JSON.parse(Buffer.from(line, 'base64'));
console.log('started ' + data.instance_id + ' with ' + Object.keys(process.env).filter((n) => !n.startsWith('__')).sort());
if (data.config.crash === data.instance_id) process.exit(7);
if (data.config.deaf) process.on('SIGTERM', () => console.log('deaf to SIGTERM'));
const nc = await connect({ servers: data.lattice_rpc_url });
const root = 'wasmbus.rpc.' + data.lattice_rpc_prefix + '.';
const on = (subject, handle) => nc.subscribe(root + subject, { callback: (_, m) => handle(m) });
on('XPROVIDER.linkdefs.put', (m) => console.log('put ' + m.string()));
on(data.provider_key + '.linkdefs.del', (m) => console.log('del ' + m.string()));
on(data.provider_key + '.config.update', (m) => console.log('config ' + m.string()));
on(data.provider_key + '.health', (m) => m.respond('{"healthy":true}'));
on(data.provider_key + '.default.shutdown', async (m) => {
  if (data.config.deaf || m.json().host_id !== data.host_id) return;
  m.respond('shutting down');
  await nc.drain();
});
await nc.flush();
console.error('2026-01-31T12:00:00.000Z  WARN scripted: ready');
`;

const link: InterfaceLinkDefinition = {
  sourceId: 'hello',
  target: 'scripted',
  name: 'default',
  witNamespace: 'acme',
  witPackage: 'demo',
  interfaces: ['run'],
  sourceConfig: {},
  targetConfig: { a: '1' },
};

let nats: TestNatsServer;
let connection: NatsConnection;
let dir: TempDir;
let file: string;
const running: ProcessProvider[] = [];

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
  dir = await createTempDir();
  file = join(dir.path, 'provider.mjs');
  await writeFile(file, scriptedProvider);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((provider) => provider.stop()));
});
afterAll(async () => {
  await connection.close();
  await nats[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** What the host's log has of the provider. */
interface Log {
  readonly text: () => string;
  /** Resolves once the log has a line that matches. */
  waitFor(pattern: RegExp): Promise<void>;
}

interface Started {
  readonly provider: ProcessProvider;
  readonly log: Log;
  readonly crashes: ProviderCrash[];
  readonly health: HealthOutcome[];
}

async function start(
  config: Readonly<Record<string, string>> = {},
  request: Partial<ProcessProviderRequest> = {},
  timing: ProcessProviderTiming = {},
): Promise<Started> {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const crashes: ProviderCrash[] = [];
  const health: HealthOutcome[] = [];
  const note = (line: string): void => {
    lines.push(line);
    for (const check of waiting) check();
  };
  let starts = 0;
  const provider = await startProcessProvider(
    {
      connection,
      lattice: 'default',
      hostId: 'NHOST',
      environment: { PATH: '/bin', RUST_LOG: 'info', OTEL_SERVICE_NAME: 'x' },
      nodePath: process.execPath,
      logger: createLogger({ name: 'host', level: 'trace', format: 'text', write: note }),
      timing: { ...timing, backoff: { baseMs: 1, maxMs: 1, ...timing.backoff } },
    },
    {
      id: 'scripted',
      file,
      xkey: 'XPROVIDER',
      loadHostData: async () => {
        starts += 1;
        return hostData(`start-${starts}`, config);
      },
      onCrash: (crash) => crashes.push(crash),
      onHealth: (outcome) => {
        health.push(outcome);
        note(`health ${outcome}`);
      },
      ...request,
    },
  );
  running.push(provider);
  const log: Log = {
    text: () => lines.join('\n'),
    waitFor: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!lines.some((line) => pattern.test(line))) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
  return { provider, log, crashes, health };
}

function hostData(instanceId: string, config: Readonly<Record<string, string>>): HostData {
  return {
    ...decodeHostData(Buffer.from('{}').toString('base64')),
    hostId: 'NHOST',
    latticeRpcPrefix: 'default',
    latticeRpcUrl: nats.url,
    providerKey: 'scripted',
    instanceId,
    config,
  };
}

function pidOf({ state }: ProcessProvider): number {
  if (state.tag !== 'running') throw new Error(`the provider is ${state.tag}`);
  return state.pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('process provider', () => {
  it('gets HostData, links, config and health checks, and ends itself when asked', async () => {
    const { provider, log, crashes, health } = await start({}, {}, { firstHealthCheckMs: 0 });
    await log.waitFor(/ready/);
    await provider.putLink(link);
    await provider.deleteLink(link);
    await provider.updateConfig({ b: '2' });
    await log.waitFor(/config \{/);
    expect(log.text()).toMatch(
      / INFO host\.output: started start-1 with OTEL_SERVICE_NAME,RUST_LOG provider=scripted/,
    );
    expect(log.text()).toMatch(/ WARN host\.output: scripted: ready provider=scripted stream=stderr/);
    expect(log.text()).toMatch(/put \{.*\\?"target_config\\?":\{\\?"a\\?":\\?"1/);
    expect(log.text()).toMatch(/del \{.*\\?"target_config\\?":\{\}/);
    expect(log.text()).toMatch(/config \{\\?"b\\?":\\?"2\\?"\}/);

    const pid = pidOf(provider);
    await provider.stop();
    await provider.stop();
    expect(isAlive(pid)).toBe(false);
    expect(provider.state).toEqual({ tag: 'stopped' });
    expect(crashes).toEqual([]);
    expect(log.text()).not.toMatch(/did not answer/);
    expect(health.every((outcome) => outcome === 'passed')).toBe(true);
  });

  it('reports health from the answers', async () => {
    const { log } = await start({}, {}, { firstHealthCheckMs: 0, healthIntervalMs: 1 });
    await log.waitFor(/health passed/);
    await log.waitFor(/health status/);
  });

  it('is killed when it neither answers nor heeds SIGTERM', async () => {
    const { provider, log } = await start({ deaf: 'yes' }, {}, { shutdownDelayMs: 20, killAfterMs: 20 });
    await log.waitFor(/ready/);
    const pid = pidOf(provider);
    await provider.stop();
    expect(isAlive(pid)).toBe(false);
    expect(log.text()).toMatch(/did not answer its shutdown request/);
  });

  it('is started again after a crash with fresh HostData, and the crash is told', async () => {
    const { log, crashes, provider } = await start({ crash: 'start-1' });
    await log.waitFor(/started start-2/);
    await log.waitFor(/ready/);
    expect(crashes).toMatchObject([{ crashes: 1, exit: { code: 7 } }]);
    expect(log.text()).toMatch(/ERROR host: the provider exited with code 7 although it should run/);
    expect(provider.state).toMatchObject({ tag: 'running', restarts: 1 });
  });

  it('stays stopped when it is stopped between two crashes', async () => {
    const { provider, log } = await start(
      { crash: 'start-1' },
      {},
      { backoff: { baseMs: 600_000, maxMs: 600_000 } },
    );
    await log.waitFor(/exited with code 7/);
    await provider.stop();
    expect(log.text()).not.toMatch(/started start-2/);
  });

  it('names the file that is missing', async () => {
    await expect(start({}, { file: join(dir.path, 'nowhere') })).rejects.toMatchObject({
      name: 'ProviderStartError',
      message: `could not start provider scripted: there is no file ${join(dir.path, 'nowhere')}: check the path of the provider reference`,
    });
  });

  it('names the file of which this machine can not run the format', async () => {
    const alien = join(dir.path, 'alien');
    await writeFile(alien, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0));
    await chmod(alien, 0o755);
    await expect(start({}, { file: alien })).rejects.toThrow(
      `could not start provider scripted: ${alien} is built for another processor`,
    );
  });

  it('names the interpreter as the suspect when that is missing', async () => {
    const script = join(dir.path, 'script');
    await writeFile(script, '#!/nowhere/python3\n');
    await chmod(script, 0o755);
    await expect(start({}, { file: script })).rejects.toThrow(/a "#!" line must give a full path/);
  });

  it('does not start without HostData', async () => {
    const loadHostData = (): Promise<never> => Promise.reject(new Error('Config a does not exist'));
    await expect(start({}, { loadHostData })).rejects.toThrow(
      'could not start provider scripted: Config a does not exist',
    );
  });
});
