import type { ExportedLog, LogBatch } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDiagnosticsClient, NoDiagnosticsError } from './diagnostics-client.js';
import type { HostFigures } from './figures.js';
import { type DiagnosticsServer, serveDiagnostics } from './serve-diagnostics.js';
import { figuresSubject } from './subjects.js';
import { someComponent, someFigures } from './testing/some-figures.js';

let nats: TestNatsServer;
let host: NatsConnection;
let user: NatsConnection;
let server: DiagnosticsServer | undefined;

beforeAll(async () => {
  nats = await startNatsServer();
});
afterAll(() => nats?.[Symbol.asyncDispose]());
beforeEach(async () => {
  [host, user] = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
});
afterEach(async () => {
  server?.close();
  await Promise.all([host.close(), user.close()]);
});

async function serve(
  figures: HostFigures,
  onFollow?: (forMs: number) => void,
  onTraces?: (forMs: number) => void,
): Promise<DiagnosticsServer> {
  server = serveDiagnostics({
    connection: host,
    lattice: 'default',
    controlPrefix: 'wasmbus.ctl',
    hostId: figures.hostId,
    figures: async () => figures,
    onFollow,
    onTraces,
  });
  await host.flush();
  return server;
}

const client = () => createDiagnosticsClient({ connection: user, lattice: 'default', timeoutMs: 5_000 });

const batch = (...messages: readonly string[]): LogBatch => ({
  dropped: 0,
  logs: messages.map((message) => ({
    time: 1,
    level: 'info',
    target: 'component',
    message,
    attributes: { component: 'hello' },
  })),
});

describe('figures over the lattice', () => {
  it('are told whole, in however many pages', async () => {
    const components = Array.from({ length: 450 }, (_, i) => someComponent({ id: `c${i}` }));
    const figures = someFigures({ components });
    await serve(figures);
    expect(await client().figures('NHOST')).toEqual(figures);
  });

  it('of a host that tells none fail at once', async () => {
    await expect(client().figures('NSILENT')).rejects.toThrow(NoDiagnosticsError);
  });

  it('are never answered to a subject of a lattice', async () => {
    await serve(someFigures());
    const control = user.subscribe('wasmbus.ctl.v1.default.host.stop.NHOST');
    const inbox = user.subscribe('_INBOX.mine', { max: 1 });
    await user.flush();
    user.publish(figuresSubject('default', 'NHOST'), undefined, {
      reply: 'wasmbus.ctl.v1.default.host.stop.NHOST',
    });
    user.publish(figuresSubject('default', 'NHOST'), undefined, { reply: '_INBOX.mine' });
    // Requests are answered in their order, so the first one would have been by now.
    for await (const { data } of inbox) expect(data.length).toBeGreaterThan(0);
    expect(control.getProcessed() + control.getPending()).toBe(0);
  });
});

describe('logs over the lattice', () => {
  it('are told while somebody follows, and not before', async () => {
    const followed = Promise.withResolvers<number>();
    const serving = await serve(someFigures(), followed.resolve);
    serving.logged(batch('before'));
    const end = new AbortController();
    const lines: ExportedLog[] = [];
    const arrived = Promise.withResolvers<void>();
    const following = client().followLogs({
      workload: 'hello',
      signal: end.signal,
      onLines: (_host, received) => {
        lines.push(...received);
        if (received.some(({ message }) => message === 'last')) arrived.resolve();
      },
    });
    expect(await followed.promise).toBe(6_000);
    serving.logged(batch('first', 'last'));
    await arrived.promise;
    end.abort();
    await following;
    expect(lines.map(({ message }) => message)).toEqual(['first', 'last']);
  });

  it('of a host that keeps them to itself are refused with the reason', async () => {
    await serve(someFigures());
    const end = new AbortController();
    const refused = Promise.withResolvers<string | undefined>();
    const following = client().followLogs({
      signal: end.signal,
      onLines: () => {},
      onHost: (_host, refusal) => refused.resolve(refusal),
    });
    expect(await refused.promise).toMatch(/--diagnostics figures/);
    end.abort();
    await following;
  });
});

describe('traces over the lattice', () => {
  it('are kept from the first question on, and told to the next one', async () => {
    const wishes: number[] = [];
    const serving = await serve(someFigures(), undefined, (forMs) => wishes.push(forMs));
    expect(await client().traces('NHOST', 0)).toMatchObject({ spans: [], next: 0 });
    const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    const span = { name: 'invoke', kind: 'client', context, startMs: 1, endMs: 2, attributes: {} } as const;
    serving.traced({ spans: [span], logs: [], dropped: 0 });
    expect(await client().traces('NHOST', 0)).toMatchObject({ hostId: 'NHOST', spans: [span], next: 1 });
    expect(wishes).toEqual([10_000, 10_000]);
  });

  it('of a host that keeps them to itself are refused with the reason', async () => {
    await serve(someFigures());
    expect((await client().traces('NHOST', 0)).refusal).toMatch(/--diagnostics figures/);
    await expect(client().traces('NSILENT', 0)).rejects.toThrow(NoDiagnosticsError);
  });
});
