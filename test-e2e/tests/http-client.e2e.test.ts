import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { serveHttpClient } from '../src/http-client-provider.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const allowKey = 'wasmlattice.dev/http-client-allow';

let scenario: Scenario;
let server: Server;
/** Where it listens; the only address of this machine that the host lets requests go to. */
let authority: string;

const answer: RequestListener = async (request, response) => {
  if (request.url === '/slow') return;
  const body = Buffer.concat(await Array.fromAsync(request)).toString();
  response.writeHead(200, { 'x-agent': request.headers['user-agent'], trailer: 'x-sum' });
  response.write(`${request.method} ${request.url} ${body}`);
  response.addTrailers({ 'x-sum': '1' });
  response.end();
};

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  scenario = await startScenario({ args: ['--http-client-allow', `*,${authority}`] });
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
  server?.closeAllConnections();
  server?.close();
});

async function startFetcher(id: string, annotations: Readonly<Record<string, string>> = {}): Promise<string> {
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id, wasm: paths.fetcher, maxInstances: 4, annotations });
  return await serveHttp(lattice, host, id, await freePort());
}

async function errorCodeOf(response: Response): Promise<unknown> {
  expect(response.status).toBe(502);
  return await response.json();
}

describe.each(['shared', 'thread', 'process'])('a component of tier %s that is linked to nobody', (tier) => {
  let url: string;
  beforeAll(async () => {
    url = await startFetcher(`${tier}-fetcher`, { 'wasmlattice.dev/isolation': tier });
  });

  it('has its requests answered where the host lets them go, with body, headers and trailers', async () => {
    const response = await fetch(`${url}/?to=${authority}/path`, { method: 'POST', body: 'ping' });
    expect([response.status, await response.text()]).toEqual([200, 'POST /path ping']);
    expect(response.headers.get('x-agent')).toMatch(/^(node|wasmlattice)/);
  });

  it('gets an error-code where nobody listens', async () => {
    const response = await fetch(`${url}/?to=nowhere.invalid/`);
    expect(await errorCodeOf(response)).toMatchObject({ tag: 'DNS-error' });
  });

  it.each([
    ['127.0.0.1:1', 'HTTP-request-denied'],
    ['[::ffff:127.0.0.1]:1', 'HTTP-request-denied'],
    ['169.254.169.254', 'HTTP-request-denied'],
    ['localhost:1', 'destination-IP-prohibited'],
  ])('does not reach %s, which the host did not list', async (to, tag) => {
    expect(await errorCodeOf(await fetch(`${url}/?to=${to}/`))).toEqual({ tag });
  });

  it('waits no longer than it said', async () => {
    const response = await fetch(`${url}/?to=${authority}/slow&firstByteMs=50`);
    expect(await errorCodeOf(response)).toEqual({ tag: 'connection-read-timeout' });
  });
});

describe('an allow-list of a component', () => {
  it('narrows that of the host', async () => {
    const url = await startFetcher('narrowed', { [allowKey]: '*.example.org' });
    expect(await errorCodeOf(await fetch(`${url}/?to=${authority}/`))).toEqual({
      tag: 'HTTP-request-denied',
    });
  });

  it('does not widen it', async () => {
    const url = await startFetcher('widened', { [allowKey]: '127.0.0.1' });
    const other = `127.0.0.1:${await freePort()}`;
    expect(await errorCodeOf(await fetch(`${url}/?to=${other}/`))).toEqual({ tag: 'HTTP-request-denied' });
    expect((await fetch(`${url}/?to=${authority}/`)).status).toBe(200);
  });

  it('that can not be read is refused with the entry', async () => {
    const { host, lattice } = scenario;
    const reply = await lattice.ask(`component.scale.${host.id}`, {
      component_id: 'wrong',
      component_ref: `file://${paths.fetcher}`,
      count: 1,
      host_id: host.id,
      annotations: { [allowKey]: 'http://example.org' },
    });
    expect(reply.success).toBe(false);
    expect(reply.message).toContain('http://example.org');
  });
});

it('a link wins over the client of the host', async () => {
  const { lattice } = scenario;
  const url = await startFetcher('linked', { [allowKey]: 'none' });
  const natsServer = createNatsServer({ connection: lattice.connection, lattice: 'default' });
  await serveHttpClient(natsServer, 'client');
  await putLink(lattice, { source: 'linked', target: 'client', interface: 'wasi:http/outgoing-handler' });
  expect((await fetch(`${url}/?to=${authority}/`)).status).toBe(200);
  await natsServer.close();
});

it('the built-in HTTP client serves components that are linked to it, with body and trailers', async () => {
  const { host, lattice } = scenario;
  const started = lattice.nextEvent('provider_started', { provider_id: 'http-client' });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: 'http-client',
    provider_ref: 'wasmcloud+builtin://http-client',
    host_id: host.id,
    config: [],
  });
  await started;
  const url = await startFetcher('through-provider', { [allowKey]: 'none' });
  const interface_ = 'wasi:http/outgoing-handler';
  await putLink(lattice, { source: 'through-provider', target: 'http-client', interface: interface_ });
  const body = 'x'.repeat(1_000_000);
  const response = await fetch(`${url}/?to=${authority}/path`, { method: 'POST', body });
  expect([response.status, (await response.text()).length]).toEqual([
    200,
    'POST /path '.length + body.length,
  ]);
  expect(await errorCodeOf(await fetch(`${url}/?to=localhost:1/`))).toEqual({
    tag: 'destination-IP-prohibited',
  });
});

it('the built-in HTTP client does not start on a host that lets requests go nowhere', async () => {
  await using closed = await startScenario();
  const { host, lattice } = closed;
  const failed = lattice.nextEvent('provider_start_failed', { provider_id: 'http-client' });
  await lattice.ask(`provider.start.${host.id}`, {
    provider_id: 'http-client',
    provider_ref: 'wasmcloud+builtin://http-client',
    host_id: host.id,
    config: [],
  });
  expect(JSON.stringify((await failed).data)).toContain('--http-client-allow');
});
