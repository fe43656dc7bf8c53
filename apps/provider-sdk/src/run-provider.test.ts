import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { call, func, ok, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startCollector } from '@wasmlattice/telemetry-otlp/testing';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

// These tests play the host with nothing but a pipe, subjects and JSON.

const greeter = fileURLToPath(new URL('../examples/greeter.ts', import.meta.url));
const root = 'wasmbus.rpc.default';

let nats: TestNatsServer;
let connection: NatsConnection;
const children: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
});
afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
});
afterAll(async () => {
  await connection.close();
  await nats[Symbol.asyncDispose]();
});

interface NodeProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<unknown[]>;
  readonly log: () => string;
  waitFor(pattern: RegExp): Promise<void>;
}

function startGreeter(line: string): NodeProcess {
  return startNode([greeter], line);
}

/** Starts Node.js, writes `input` to it and collects what it writes to standard error. */
function startNode(args: readonly string[], input: string): NodeProcess {
  const child = spawn(process.execPath, args, { env: {} });
  children.push(child);
  let text = '';
  const checks = new Set<() => void>();
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const check of checks) check();
  });
  child.stdin.end(input);
  const exited = once(child, 'close');
  return {
    child,
    exited,
    log: () => text,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!pattern.test(text)) return;
          checks.delete(check);
          resolve();
        };
        checks.add(check);
        void exited.then(() => reject(new Error(`the process ended before printing ${pattern}:\n${text}`)));
        check();
      }),
  };
}

function hostDataLine(extra: Readonly<Record<string, unknown>> = {}): string {
  const json = {
    host_id: 'NHOST',
    lattice_rpc_prefix: 'default',
    lattice_rpc_url: nats.url,
    provider_key: 'greeter',
    env_values: {},
    link_definitions: [],
    log_level: 'info',
    ...extra,
  };
  return `${Buffer.from(JSON.stringify(json)).toString('base64')}\r\n`;
}

const link = {
  source_id: 'hello',
  target: 'greeter',
  name: 'default',
  wit_namespace: 'acme',
  wit_package: 'greeter',
  interfaces: ['greet'],
  source_config: {},
  target_config: { greeting: 'Servus' },
  source_secrets: null,
  target_secrets: null,
};

async function greet(name: string, headers = {}): Promise<unknown> {
  const invoker = createNatsInvoker({ connection, lattice: 'default' });
  try {
    return await call(invoker, {
      target: 'greeter',
      instance: 'acme:greeter/greet@0.1.0',
      func: func('greet', [['name', t.string]], t.result(t.string, t.string)),
      params: [name],
      headers: { 'source-id': 'hello', 'link-name': 'default', ...headers },
    });
  } finally {
    await invoker.close();
  }
}

describe('a provider process', () => {
  it('serves with the links of its start and those that come later, and exits when asked', async () => {
    const { waitFor, exited } = startGreeter(hostDataLine({ link_definitions: [link] }));
    await waitFor(/the provider serves/);
    expect(await greet('Ada')).toEqual(ok('Servus, Ada!'));

    connection.publish(
      `${root}.greeter.linkdefs.put`,
      JSON.stringify({ ...link, target_config: { greeting: 'Moin' } }),
    );
    await expect.poll(() => greet('Ada')).toEqual(ok('Moin, Ada!'));
    connection.publish(`${root}.greeter.linkdefs.del`, JSON.stringify({ ...link, target_config: {} }));
    await expect.poll(() => greet('Ada').catch(String)).toMatch(/component hello has no link named default/);

    const reply = await connection.request(`${root}.greeter.default.shutdown`, '{"host_id":"NHOST"}', {
      timeout: 60_000,
    });
    expect(reply.string()).toBe('shutting down');
    expect(await exited).toEqual([0, null]);
  });

  it('exits when its host is gone', async () => {
    // The host of this provider is a process that dies without a word.
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, [${JSON.stringify(greeter)}], { stdio: ['pipe', 'ignore', 'inherit'] });
      child.stdin.end(${JSON.stringify(hostDataLine())});
      setInterval(() => {}, 1_000);
    `;
    const host = startNode(['-e', script], '');
    await host.waitFor(/the provider serves/);
    host.child.kill('SIGKILL');
    // The provider holds the pipe of its host open until it exits itself.
    await host.exited;
    expect(host.log()).toMatch(/provider stops reason="the host is gone"/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('exits cleanly on %s', async (signal) => {
    const { child, waitFor, exited } = startGreeter(hostDataLine());
    await waitFor(/the provider serves/);
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
  });

  it('says why it can not start', async () => {
    const noHost = startGreeter('');
    expect(await noHost.exited).toEqual([1, null]);
    expect(noHost.log()).toMatch(/a provider is started by a host, not by hand/);

    const noServer = startGreeter(hostDataLine({ lattice_rpc_url: 'nats://127.0.0.1:1' }));
    expect(await noServer.exited).toEqual([1, null]);
    expect(noServer.log()).toMatch(/cannot connect to NATS at nats:\/\/127\.0\.0\.1:1/);
  });

  it('exports spans, metrics and logs as the host says, within the trace of the caller', async () => {
    await using collector = await startCollector();
    const otel = { enable_observability: true, observability_endpoint: collector.url };
    const { waitFor, exited } = startGreeter(hostDataLine({ link_definitions: [link], otel_config: otel }));
    await waitFor(/the provider serves/);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await greet('Ada', { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    await connection.request(`${root}.greeter.default.shutdown`, '{"host_id":"NHOST"}', {
      timeout: 60_000,
    });
    // What was not sent yet is sent before the process ends.
    expect(await exited).toEqual([0, null]);
    expect(collector.spans).toEqual([
      expect.objectContaining({
        name: 'provider_invocation',
        service: 'greeter',
        kind: 'server',
        traceId,
        parentSpanId: 'b7ad6b7169203331',
        attributes: { provider_id: 'greeter', instance: 'acme:greeter/greet@0.1.0', func: 'greet' },
        error: undefined,
      }),
    ]);
    // From its first line, which was there before the export.
    expect(collector.logs.map(({ body }) => body)).toEqual(
      expect.arrayContaining(['provider starts', 'the provider serves']),
    );
    expect(collector.points).toContainEqual({
      name: 'wasmlattice.provider.invocation.duration',
      unit: 's',
      attributes: { 'provider.id': 'greeter', operation: 'acme:greeter/greet@0.1.0/greet', outcome: 'ok' },
      value: 1,
      sum: expect.any(Number),
    });
  });

  it('serves and stops without its collector', async () => {
    const otel = { enable_observability: true, observability_endpoint: 'http://127.0.0.1:1' };
    const { waitFor, exited } = startGreeter(hostDataLine({ link_definitions: [link], otel_config: otel }));
    await waitFor(/the provider serves/);
    expect(await greet('Ada')).toEqual(ok('Servus, Ada!'));
    await connection.request(`${root}.greeter.default.shutdown`, '{"host_id":"NHOST"}', {
      timeout: 60_000,
    });
    expect(await exited).toEqual([0, null]);
  });

  it('logs JSON when the host does', async () => {
    const { waitFor, log } = startGreeter(hostDataLine({ structured_logging: true }));
    await waitFor(/the provider serves/);
    for (const line of log().trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ level: 'INFO', target: 'greeter' });
    }
  });
});
