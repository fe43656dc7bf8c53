import { writeFile } from 'node:fs/promises';
import { Agent, type IncomingHttpHeaders, request as sendRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { Agent as SecureAgent, request as sendSecureRequest } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createTempDir, createTestAuthority, freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, startComponent, stopComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const handler = 'wasi:http/incoming-handler';

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  readonly localPort: number | undefined;
}

let scenario: Scenario;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  scenario = await startScenario();
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id: 'hello', wasm: paths.hello, maxInstances: 4 });
  await startComponent(lattice, host, { id: 'probe', wasm: paths.probe, maxInstances: 4 });
});
afterAll(async () => {
  agent.destroy();
  await scenario?.[Symbol.asyncDispose]();
});

/** Starts an HTTP server for all components; its port. */
async function startServer(id: string, config: Readonly<Record<string, string>>): Promise<number> {
  const { host, lattice } = scenario;
  const port = await freePort();
  await lattice.succeed(`config.put.${id}`, { ...config, default_address: `127.0.0.1:${port}` });
  const started = lattice.nextEvent('provider_started', { provider_id: id });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: id,
    provider_ref: 'wasmcloud+builtin://http-server',
    host_id: host.id,
    config: [id],
  });
  await started;
  return port;
}

/** A source has one target for each link name. */
const link = (source: string, target: string, sourceConfig: Readonly<Record<string, string>>) =>
  putLink(scenario.lattice, { source, target, name: target, interface: handler, sourceConfig });

function ask(
  port: number,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(
      { agent, host: '127.0.0.1', port, path, method, headers },
      async (response) => {
        const { localPort } = response.socket;
        const text = Buffer.concat(await Array.fromAsync(response)).toString();
        resolve({ status: response.statusCode, text, headers: response.headers, localPort });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

describe('an HTTP server that goes by path', () => {
  const id = 'by-path';
  let port: number;
  beforeAll(async () => {
    port = await startServer(id, { routing_mode: 'path' });
    await link(id, 'hello', { path: '/hello' });
    await link(id, 'probe', { path_prefix: '/echo', max_body_bytes: '10', cache_control: 'no-store' });
  });

  it('answers each path with its component, at one port', async () => {
    expect((await ask(port, '/hello?x=y')).text).toMatch(/^Hello/i);
    const { status, text } = await ask(port, '/echo', { method: 'POST', body: 'ping' });
    expect([status, text]).toEqual([200, 'ping']);
  });

  it('matches a path as it is, and a prefix with all below it', async () => {
    for (const path of ['/hello/', '/Hello', '/hello/x', '/', '/echos']) {
      expect(await ask(port, path)).toMatchObject({ status: 404, text: 'path not found\n' });
    }
    expect((await ask(port, '/echo/below')).text).not.toBe('path not found\n');
  });

  it('keeps the rules of a link to its component', async () => {
    const long = await ask(port, '/echo', { method: 'POST', body: 'x'.repeat(11) });
    expect(long.status).toBe(413);
    const { headers } = await ask(port, '/echo', { method: 'POST', body: 'ping' });
    expect(headers['cache-control']).toBe('no-store');
    expect((await ask(port, '/hello')).headers['cache-control']).toBeUndefined();
  });

  it('keeps its connections while links come, change and go, and while components do', async () => {
    const { host, lattice } = scenario;
    const { localPort } = await ask(port, '/hello');
    await startComponent(lattice, host, { id: 'third', wasm: paths.hello, maxInstances: 1 });
    await link(id, 'third', { path: '/third' });
    expect(await ask(port, '/third')).toMatchObject({ status: 200, localPort });
    await lattice.succeed(`config.put.${id}-third-third-source`, { path: '/moved' });
    await link(id, 'third', { path: '/moved' });
    expect(await ask(port, '/third')).toMatchObject({ status: 404, localPort });
    expect(await ask(port, '/moved')).toMatchObject({ status: 200, localPort });
    await stopComponent(lattice, host, { id: 'third', wasm: paths.hello });
    expect(await ask(port, '/moved')).toMatchObject({ status: 503, localPort });
    await lattice.succeed('link.del', {
      source_id: id,
      name: 'third',
      wit_namespace: 'wasi',
      wit_package: 'http',
      target: 'third',
    });
    expect(await ask(port, '/moved')).toMatchObject({ status: 404, localPort });
    expect(await ask(port, '/hello')).toMatchObject({ status: 200, localPort });
  });

  it('refuses a path that another link has', async () => {
    const { lattice } = scenario;
    const failed = lattice.nextEvent('linkdef_set_failed');
    await link('by-path', 'rival', { path: '/hello' }).catch(() => {});
    expect(JSON.stringify((await failed).data)).toContain('/hello is taken by link hello');
  });
});

describe('an HTTP server that goes by host', () => {
  it('answers each host with its component, wildcards included', async () => {
    const id = 'by-host';
    const port = await startServer(id, { routing_mode: 'host' });
    await link(id, 'hello', { host: 'hello.example.org' });
    await link(id, 'probe', { host: '*.example.org' });
    const askAs = async (host: string, path = '/hello') =>
      (await ask(port, path, { headers: { host } })).text;
    expect(await askAs('hello.example.org')).toMatch(/^Hello/i);
    expect(await askAs(`HELLO.example.org:${port}`)).toMatch(/^Hello/i);
    expect(await askAs('probe.example.org')).toBe('hello\n');
    expect(await askAs('example.org')).toBe('host not found\n');
    expect((await ask(port, '/', { headers: { host: '127.0.0.1' } })).status).toBe(404);
  });

  it('goes by another header if its config says so', async () => {
    const id = 'by-tenant';
    const port = await startServer(id, { routing_mode: 'host', header: 'X-Tenant' });
    await link(id, 'hello', { host: 'blue' });
    expect((await ask(port, '/', { headers: { 'x-tenant': 'blue' } })).status).toBe(200);
    expect((await ask(port, '/', { headers: { 'x-tenant': 'red' } })).status).toBe(404);
    expect(await ask(port, '/')).toMatchObject({ status: 400, text: 'missing host header\n' });
  });
});

describe('an HTTP server that goes by address', () => {
  it('keeps the rules of a link, which change without a new connection', async () => {
    const id = 'by-address';
    const port = await startServer(id, {});
    await link(id, 'hello', { readonly_mode: 'true' });
    const first = await ask(port, '/', { method: 'POST', body: 'x' });
    expect([first.status, first.headers.allow]).toEqual([405, 'GET, HEAD']);
    await scenario.lattice.succeed(`config.put.${id}-hello-hello-source`, { readonly_mode: 'false' });
    await expect
      .poll(() => ask(port, '/', { method: 'POST', body: 'x' }))
      .toMatchObject({ status: 200, localPort: first.localPort });
  });
});

describe('an HTTP server with TLS', () => {
  it('has the certificate of its files, and the next one for new connections without an end of any', async () => {
    const id = 'secured';
    const authority = createTestAuthority();
    await using folder = await createTempDir();
    const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
    const renew = async (): Promise<void> => {
      const { certificate, key } = authority.issue('localhost', '127.0.0.1');
      await writeFile(keyFile, key);
      await writeFile(certFile, certificate);
    };
    await renew();
    const files = { tls_cert_file: certFile, tls_priv_key_file: keyFile };
    const port = await startServer(id, { routing_mode: 'path', ...files });
    await link(id, 'hello', { path: '/hello' });
    const askSecurely = (via: SecureAgent): Promise<{ serial: string; localPort: number | undefined }> =>
      new Promise((resolve, reject) => {
        const options = { agent: via, host: '127.0.0.1', port, path: '/hello', ca: authority.certificate };
        const request = sendSecureRequest(options, (response) => {
          const socket = response.socket as TLSSocket;
          const { serialNumber: serial } = socket.getPeerCertificate();
          response.resume().on('end', () => resolve({ serial, localPort: socket.localPort }));
        });
        request.on('error', reject);
        request.end();
      });
    const kept = new SecureAgent({ keepAlive: true, maxSockets: 1 });
    const each = new SecureAgent();
    const first = await askSecurely(kept);
    await renew();
    await expect.poll(async () => (await askSecurely(each)).serial).not.toBe(first.serial);
    expect(await askSecurely(kept)).toEqual(first);
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.certificate });
    const stream = session.request({ ':path': '/hello' });
    expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toMatch(/^Hello/i);
    session.close();
    kept.destroy();
    await expect(fetch(`http://127.0.0.1:${port}/hello`)).rejects.toThrow();
  });
});
