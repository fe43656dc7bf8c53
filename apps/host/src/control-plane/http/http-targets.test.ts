import { createServer, type Server } from 'node:http';
import { noopLogger } from '@wasmlattice/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpTargets, type HttpLeases, type HttpWorker, platformReusesPorts } from './http-targets.js';
import { claimAddress, HttpAddressError } from './parked-listener.js';

const reusePort = platformReusesPorts(process.platform);
const opened: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

function targets(): HttpLeases {
  const created = createHttpTargets({ logger: noopLogger, reusePort, graceMs: 100 });
  opened.push(created);
  return created;
}

/** A worker that answers `text` on whatever address it is given. */
function workerAnswering(text: string): HttpWorker {
  const servers = new Map<string, Server>();
  const close = async (listener: string): Promise<void> => {
    const server = servers.get(listener);
    servers.delete(listener);
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  };
  opened.push({ close: () => Promise.all([...servers.keys()].map(close)) });
  return {
    listen: ({ listener, host, port }) =>
      new Promise((resolve, reject) => {
        const server = createServer((_, response) => response.setHeader('connection', 'close').end(text));
        servers.set(listener, server);
        server.once('error', reject).listen({ host, port, reusePort }, () => resolve());
      }),
    unlisten: (listener) => close(listener),
  };
}

async function request(port: number): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  return { status: response.status, text: await response.text() };
}

async function leaseFor(
  leases: HttpLeases,
  componentId: string,
): Promise<{ port: number; close(): Promise<void> }> {
  const port = await claimAddress('127.0.0.1', 0);
  const lease = await leases.listen({
    providerId: 'http',
    componentId,
    linkName: 'default',
    host: '127.0.0.1',
    port,
  });
  return { port, close: () => lease.close() };
}

describe('http targets', () => {
  it('answers 503 with the reason while the component does not run', async () => {
    const { port } = await leaseFor(targets(), 'hello');
    expect(await request(port)).toEqual({
      status: 503,
      text: "component 'hello' is not running on this host\n",
    });
  });

  it('hands the address to the worker and takes it back when the component stops', async () => {
    const leases = targets();
    const { port } = await leaseFor(leases, 'hello');
    const worker = workerAnswering('from the worker');
    await leases.attach('hello', worker);
    expect(await request(port)).toEqual({ status: 200, text: 'from the worker' });
    await leases.detach('hello', worker, 'stopping');
    expect((await request(port)).status).toBe(503);
  });

  it('gives a link of a running component to its worker at once', async () => {
    const leases = targets();
    await leases.attach('hello', workerAnswering('already there'));
    const { port } = await leaseFor(leases, 'hello');
    expect((await request(port)).text).toBe('already there');
  });

  it('ignores the end of a worker that was replaced', async () => {
    const leases = targets();
    const { port } = await leaseFor(leases, 'hello');
    const old = workerAnswering('old');
    await leases.attach('hello', old);
    await leases.detach('hello', old, 'stopping');
    await leases.attach('hello', workerAnswering('new'));
    await leases.detach('hello', old, 'gone');
    expect((await request(port)).text).toBe('new');
  });

  it('frees the address when the lease is closed, also twice', async () => {
    const leases = targets();
    const lease = await leaseFor(leases, 'hello');
    await lease.close();
    await lease.close();
    await expect(claimAddress('127.0.0.1', lease.port)).resolves.toBe(lease.port);
  });

  it('names the address that is in use, also when its holder would share it', async () => {
    const { port } = await leaseFor(targets(), 'hello');
    const second = targets().listen({
      providerId: 'http',
      componentId: 'other',
      linkName: 'default',
      host: '127.0.0.1',
      port,
    });
    await expect(second).rejects.toThrow(HttpAddressError);
    await expect(second).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: it is in use`);
  });
});
