import type { Server } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { createTestAuthority, type TestCertificate } from '@wasmlattice/test-support';
import { afterEach, expect, test } from 'vitest';
import { HttpClient } from './http-client.js';
import { listen, requestTo, type TestServer, textOf } from './testing/test-server.js';
import { Trust } from './trust.js';

const authority = createTestAuthority();
const certificate = serverOptions(authority.issue('localhost', '127.0.0.1'));
const opened: AsyncDisposable[] = [];
const clients: HttpClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

function serverOptions({ certificate, key }: TestCertificate): ServerOptions {
  return { cert: certificate, key };
}

async function startTlsServer(options: ServerOptions = certificate): Promise<TestServer> {
  const server = createServer(options, (_request, response) => response.end('over TLS'));
  server.on('tlsClientError', () => {});
  const started = await listen(server as unknown as Server);
  opened.push(started);
  return started;
}

function send(
  server: TestServer,
  { host = '127.0.0.1', trust = new Trust({ authorities: [authority.certificate] }) } = {},
) {
  const client = new HttpClient({
    allow: [{ entries: ['localhost', '127.0.0.1'], source: 'the test' }],
    trust,
  });
  clients.push(client);
  return client.handle(requestTo(`${host}:${server.port}`, { scheme: { tag: 'HTTPS' } }));
}

const certificateError = { tag: 'err', val: { tag: 'TLS-certificate-error' } };

test('a server with a certificate of a trusted authority is spoken to, by name and by address', async () => {
  const server = await startTlsServer();
  for (const host of ['127.0.0.1', 'localhost']) {
    const answer = await send(server, { host });
    expect(answer.tag === 'ok' && (await textOf(answer.val))).toBe('over TLS');
  }
});

test('one of another authority is a TLS-certificate-error', async () => {
  expect(await send(await startTlsServer(), { trust: new Trust() })).toEqual(certificateError);
});

test('one for another name is a TLS-certificate-error', async () => {
  const other = serverOptions(authority.issue('example.org'));
  expect(await send(await startTlsServer(other))).toEqual(certificateError);
});

test('one that has expired is a TLS-certificate-error', async () => {
  const expired = serverOptions(authority.issueExpired('127.0.0.1'));
  expect(await send(await startTlsServer(expired))).toEqual(certificateError);
});

test('an alert of the server is told with its number', async () => {
  const server = await startTlsServer({
    ...certificate,
    requestCert: true,
    rejectUnauthorized: true,
    ca: [],
  });
  expect(await send(server)).toEqual({
    tag: 'err',
    val: { tag: 'TLS-alert-received', val: { alertId: 116, alertMessage: expect.any(String) } },
  });
});
