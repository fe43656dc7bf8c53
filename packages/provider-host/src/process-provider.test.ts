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
  type ProcessProviderComponents,
  type ProcessProviderRequest,
  type ProcessProviderTiming,
  startProcessProvider,
} from './process-provider.js';
import { decodeHostData, encodeLinkDelete, type HostData } from './protocol/index.js';
import type { ProviderCrash } from './supervisor.js';

/** A provider with nothing but a NATS client: it prints what it gets, one line each. */
const scriptedProvider = `
import { createInterface } from 'node:readline';
import { connect } from ${JSON.stringify(import.meta.resolve('nats'))};

const [line] = await new Promise((resolve) => createInterface(process.stdin).once('line', (...l) => resolve(l)));
const data = JSON.parse(Buffer.from(line, 'base64'));
console.log('started ' + data.instance_id + ' with ' + Object.keys(process.env).filter((n) => !n.startsWith('__')).sort());
if (data.config.crash === 'at once') {
  console.error('no license');
  process.exit(7);
}
if (data.config.mute) await new Promise(() => setInterval(() => {}, 1000));
if (data.config.deaf) process.on('SIGTERM', () => console.log('deaf to SIGTERM'));
const nc = await connect({ servers: data.lattice_rpc_url });
const root = 'wasmbus.rpc.' + data.lattice_rpc_prefix + '.';
const on = (subject, handle) => nc.subscribe(root + subject, { callback: (_, m) => handle(m) });
const ours = data.config.ours ? { instance_id: data.instance_id } : {};
let asked = 0;
const answer = (m, more = {}) => {
  if (data.config.ours) m.respond(JSON.stringify({ success: true, ...ours, ...more }));
};
on('XPROVIDER.linkdefs.put', (m) => {
  console.log('put ' + m.string());
  if (m.json().name === 'slow') return;
  if (m.json().name === 'bad') answer(m, { success: false, error: 'no such bucket' });
  else answer(m);
});
on(data.provider_key + '.linkdefs.del', (m) => {
  console.log('del ' + m.string());
  answer(m);
});
on(data.provider_key + '.config.update', (m) => {
  if (data.config.crash === data.instance_id) process.exit(7);
  console.log('config ' + m.string());
  answer(m);
});
on('XPROVIDER.secrets.update', (m) => {
  console.log('secrets ' + m.data.length + ' bytes');
  answer(m, m.data.length === 0 ? { success: false, error: 'not hunter2-hunter2' } : {});
});
on(data.provider_key + '.health', (m) => {
  if (data.config.babbles === 'at once' || (data.config.babbles === 'later' && asked++ > 0)) return m.respond('{"healthy":');
  m.respond(JSON.stringify({ healthy: true, ...ours, serving: true }));
});
on(data.provider_key + '.default.shutdown', async (m) => {
  console.log('shutdown ' + m.string());
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

/** A machine that is busy is no fault of a provider: these only end what hangs. */
const patience: ProcessProviderTiming = {
  startTimeoutMs: 60_000,
  linkTimeoutMs: 60_000,
  shutdownDelayMs: 60_000,
  exitGraceMs: 60_000,
  killAfterMs: 60_000,
  healthTimeoutMs: 10_000,
};

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
  components: Pick<ProcessProviderComponents, 'redact'> = {},
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
      ...components,
      timing: { ...patience, ...timing, backoff: { baseMs: 1, maxMs: 1, ...timing.backoff } },
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
    expect(await provider.stop()).toEqual({
      failure: 'it did not answer its shutdown request within 20 ms, and ignored SIGTERM and was killed',
    });
    expect(isAlive(pid)).toBe(false);
    expect(log.text()).toMatch(/did not answer its shutdown request/);
  });

  it('is started again after a crash with fresh HostData, and both are told', async () => {
    const again = Promise.withResolvers<void>();
    const { log, crashes, provider } = await start({ crash: 'start-1' }, { onRestart: again.resolve });
    await provider.updateConfig({});
    await again.promise;
    await log.waitFor(/started start-2/);
    expect(crashes).toMatchObject([{ crashes: 1, exit: { code: 7 } }]);
    expect(log.text()).toMatch(/ERROR host: the provider exited with code 7 although it should run/);
    expect(provider.state).toMatchObject({ tag: 'running', restarts: 1 });
  });

  it('is started again with fresh HostData when it is told to, which is no crash', async () => {
    const again = Promise.withResolvers<void>();
    const { log, crashes, provider } = await start({}, { onRestart: again.resolve });
    await log.waitFor(/ready/);
    const pid = pidOf(provider);
    await provider.restart?.();
    await again.promise;
    expect(isAlive(pid)).toBe(false);
    await log.waitFor(/shutdown \{/);
    await log.waitFor(/started start-2/);
    expect([crashes, provider.state]).toMatchObject([[], { tag: 'running', restarts: 1 }]);
  });

  it('stays stopped when it is stopped between two crashes', async () => {
    const { provider, log } = await start(
      { crash: 'start-1' },
      {},
      { backoff: { baseMs: 600_000, maxMs: 600_000 } },
    );
    await provider.updateConfig({});
    await log.waitFor(/exited with code 7/);
    await provider.stop();
    expect(log.text()).not.toMatch(/started start-2/);
  });

  it('that ends before it serves has not started; the error has its last words', async () => {
    const starting = start({ crash: 'at once' });
    await expect(starting).rejects.toMatchObject({
      name: 'ProviderStartError',
      message:
        'could not start provider scripted: it exited with code 7 before it served; its last words: no license',
    });
  });

  it('that never answers has not started, and is ended', async () => {
    await expect(start({ mute: 'yes' }, {}, { startTimeoutMs: 300, killAfterMs: 100 })).rejects.toThrow(
      /it did not answer a health request within 300 ms; it wrote nothing to standard error/,
    );
  });

  it('that answers a health request with what is none has not started, and is ended', async () => {
    await expect(start({ babbles: 'at once' })).rejects.toThrow(
      'could not start provider scripted: its answer to a health request can not be read',
    );
  });

  it('that comes to answer health checks with what is none is told as silent', async () => {
    const silence = Promise.withResolvers<string | undefined>();
    const { health } = await start(
      { babbles: 'later' },
      { onSilence: silence.resolve },
      { firstHealthCheckMs: 0, healthIntervalMs: 1 },
    );
    expect(await silence.promise).toBe(
      'its answers to health checks can not be read: health reply is not valid JSON',
    );
    expect(health).toEqual([]);
  });

  it('beside another that does not say which it is has started when one more answers', async () => {
    const { provider } = await start();
    const beside = { beside: provider, xkey: 'XSECOND' };
    const mute = start({ mute: 'yes' }, beside, { startTimeoutMs: 500, killAfterMs: 100 });
    await expect(mute).rejects.toThrow(/it did not answer a health request within 500 ms/);
    // Two have to answer one question: it is asked again.
    const second = await start({}, beside, { healthTimeoutMs: 500 });
    await provider.stop({ drainMs: 1_000 });
    // A shutdown request would have ended both.
    expect(isAlive(pidOf(second.provider))).toBe(true);
    expect(provider.state).toEqual({ tag: 'stopped' });
  });

  it('is ended when its start is given up', async () => {
    const given = new AbortController();
    const starting = start({ mute: 'yes' }, { signal: given.signal }, { killAfterMs: 100 });
    given.abort();
    await expect(starting).rejects.toMatchObject({ name: 'ProviderStartError' });
  });

  it('gets a link with new values after its deletion when it never says what became of a link', async () => {
    const { provider, log } = await start();
    const sibling = { ...link, name: 'sibling' };
    expect(provider.answers).toBe(false);
    await provider.putLink(link);
    await provider.putLink(sibling);
    await provider.putLink({ ...link, targetConfig: { a: '2' } });
    const heard = (): string[] =>
      [...log.text().matchAll(/output: (put|del) .*?name\\*":\\*"(\w+)/g)].map(
        ([, what, name]) => `${what} ${name}`,
      );
    const all = ['put default', 'put sibling', 'del default', 'put default', 'put sibling'];
    // It hears of links and configs in two subscriptions, each in its order.
    await expect.poll(heard).toEqual(all);
    await provider.updateConfig({ done: 'yes' });
    await log.waitFor(/config/);
    expect(heard()).toEqual(all);
  });

  it('puts links again that the deletion of another host took away', async () => {
    const { provider, log } = await start();
    await provider.putLink(link);
    connection.publish('wasmbus.rpc.default.scripted.linkdefs.del', encodeLinkDelete(link));
    await expect.poll(() => log.text().match(/output: put/g)?.length).toBe(2);
  });

  it('says what became of a link, a deletion and a config where the provider does', async () => {
    const { provider, log } = await start({ ours: 'yes' });
    expect(provider.answers).toBe(true);
    await provider.putLink(link);
    await provider.putLink({ ...link, targetConfig: { a: '2' } });
    await expect(provider.putLink({ ...link, name: 'bad' })).rejects.toThrow(
      'link bad (hello -> scripted): no such bucket',
    );
    await provider.deleteLink(link);
    await provider.updateConfig({ b: '2' });
    await log.waitFor(/config/);
    const unanswered = expect(provider.putLink({ ...link, name: 'slow' })).rejects.toThrow(/ended meanwhile/);
    await log.waitFor(/put .*slow/);
    await provider.stop();
    await unanswered;
    expect(log.text().match(/output: del/g)).toHaveLength(1);
    expect(log.text()).toMatch(/del .*host_id\\*":\\*"NHOST/);
  });

  it('names the process that is to shut down where it knows its name, and how long calls may take', async () => {
    const { provider, log } = await start({ ours: 'yes' });
    await provider.stop({ drainMs: 1_234 });
    expect(log.text()).toMatch(
      /shutdown \{\\?"host_id\\?":\\?"NHOST\\?",\\?"instance_id\\?":\\?"start-1\\?",\\?"drain_ms\\?":1234\}/,
    );
  });

  it('tells of new secrets whom it can, and says of others that they take none', async () => {
    const ours = await start({ ours: 'yes' });
    await ours.provider.updateSecrets(Uint8Array.of(1, 2));
    await ours.log.waitFor(/secrets 2 bytes/);
    await ours.provider.stop();
    const { provider } = await start();
    await expect(provider.updateSecrets(Uint8Array.of(1))).rejects.toThrow(
      expect.objectContaining({
        name: 'ProviderSecretsError',
        message: expect.stringContaining('start it again'),
      }),
    );
  });

  it('takes secrets out of what a provider writes and says', async () => {
    const redact = (text: string): string => text.replaceAll('hunter2-hunter2', '<redacted>');
    const { provider, log } = await start({ ours: 'yes' }, {}, {}, { redact });
    await expect(provider.updateSecrets(new Uint8Array())).rejects.toThrow('not <redacted>');
    await provider.updateConfig({ password: 'hunter2-hunter2' });
    await log.waitFor(/config .*<redacted>/);
    expect(log.text()).not.toContain('hunter2');
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
