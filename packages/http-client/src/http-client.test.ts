import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { Result } from '@wasmlattice/rpc';
import type { HttpErrorCode, HttpResponse } from '@wasmlattice/rpc/interfaces';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpClient, type HttpClientOptions } from './http-client.js';
import { bodyOf, fields, listen, requestTo, startTestServer, textOf, texts } from './testing/test-server.js';

const clients: HttpClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const clientFor = (entries: string[], options: Partial<HttpClientOptions> = {}): HttpClient => {
  const client = new HttpClient({ allow: [{ entries, source: 'the test' }], ...options });
  clients.push(client);
  return client;
};

const answered = (result: Result<HttpResponse, HttpErrorCode>): HttpResponse => {
  if (result.tag === 'err') throw new Error(`error-code ${JSON.stringify(result.val)}`);
  return result.val;
};

const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;
const never = ns(600_000);

/** A server below HTTP: what it does with a connection is the test's. */
async function startTcpServer(onConnection: (socket: Socket) => void) {
  const server = createTcpServer(onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { authority, [Symbol.dispose]: () => void server.close() };
}

describe('a request', () => {
  test('arrives with method, path, headers and the host of its authority', async () => {
    await using server = await startTestServer((request, response) => {
      const { method, url, headers } = request;
      response.end(JSON.stringify({ method, url, headers }));
    });
    const client = clientFor(['127.0.0.1'], { userAgent: 'lattice/1' });
    const headers = fields({
      'x-own': 'é',
      host: 'elsewhere.example.org',
      connection: 'upgrade',
      upgrade: 'x',
    });
    const request = requestTo(server.authority, { pathWithQuery: '/a?b=c', headers });
    const response = answered(await client.handle(request, undefined, { traceparent: '00-1-2-01' }));
    expect(JSON.parse(await textOf(response))).toEqual({
      method: 'GET',
      url: '/a?b=c',
      headers: {
        host: server.authority,
        'x-own': Buffer.from('é').toString('latin1'),
        'user-agent': 'lattice/1',
        traceparent: '00-1-2-01',
        connection: 'keep-alive',
      },
    });
  });

  test('takes body and trailers along, and brings those of the response back', async () => {
    await using server = await startTestServer(async (request, response) => {
      const body = await Array.fromAsync(request);
      response.writeHead(201, { 'x-framing': request.headers['transfer-encoding'] ?? '', trailer: 'x-sum' });
      response.write(Buffer.concat(body));
      response.addTrailers({ 'x-sum': `saw ${request.trailers['x-count']}` });
      response.end();
    });
    const request = requestTo(server.authority, {
      method: { tag: 'post' },
      body: bodyOf('one ', 'two'),
      trailers: Promise.resolve(fields({ 'x-count': '2' })),
    });
    const response = answered(await clientFor(['127.0.0.1']).handle(request));
    expect(response.status).toBe(201);
    expect(texts(response.headers)).toMatchObject({ 'x-framing': 'chunked' });
    expect(await textOf(response)).toBe('one two');
    expect(texts(await response.trailers)).toEqual({ 'x-sum': 'saw 2' });
  });

  test('without a body has no chunks, and says so where one was to be expected', async () => {
    await using server = await startTestServer(({ headers }, response) => {
      response.end(`${headers['transfer-encoding']} ${headers['content-length']}`);
    });
    const client = clientFor(['127.0.0.1']);
    const framing = async (tag: 'get' | 'post' | 'delete'): Promise<string> =>
      textOf(answered(await client.handle(requestTo(server.authority, { method: { tag } }))));
    expect(await framing('get')).toBe('undefined undefined');
    expect(await framing('delete')).toBe('undefined undefined');
    expect(await framing('post')).toBe('undefined 0');
  });

  test('whose body ends a moment after its head has none if its method has mostly none', async () => {
    await using server = await startTestServer(({ headers }, response) => {
      response.end(String(headers['transfer-encoding']));
    });
    async function* late(): AsyncGenerator<Uint8Array> {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const client = clientFor(['127.0.0.1']);
    const framing = async (tag: 'get' | 'post'): Promise<string> => {
      const request = requestTo(server.authority, { method: { tag }, body: late() });
      return textOf(answered(await client.handle(request)));
    };
    expect(await framing('get')).toBe('undefined');
    expect(await framing('post')).toBe('chunked');
  });

  test('with a content-length keeps it', async () => {
    await using server = await startTestServer(({ headers }, response) => {
      response.end(`${headers['transfer-encoding']} ${headers['content-length']}`);
    });
    const request = requestTo(server.authority, {
      method: { tag: 'put' },
      headers: fields({ 'Content-Length': '3' }),
      body: bodyOf('abc'),
    });
    expect(await textOf(answered(await clientFor(['127.0.0.1']).handle(request)))).toBe('undefined 3');
  });

  test('is answered while its body is still being written', async () => {
    await using server = await startTestServer((request, response) => {
      response.writeHead(200);
      response.flushHeaders();
      request.pipe(response);
    });
    const more = Promise.withResolvers<void>();
    async function* body() {
      yield Buffer.from('first ');
      await more.promise;
      yield Buffer.from('second');
    }
    const request = requestTo(server.authority, { method: { tag: 'post' }, body: body() });
    const response = answered(await clientFor(['127.0.0.1']).handle(request));
    more.resolve();
    expect(await textOf(response)).toBe('first second');
  });

  test('writes no faster than its server reads', async () => {
    const reading = Promise.withResolvers<void>();
    await using server = await startTestServer(async (request, response) => {
      await reading.promise;
      for await (const _ of request);
      response.end();
    });
    const chunk = new Uint8Array(1024 * 1024);
    let written = 0;
    const stalled = Promise.withResolvers<void>();
    async function* body() {
      for (; written < 64; written++) {
        yield chunk;
        // Buffers of the system take some.
        setTimeout(stalled.resolve, 200);
      }
    }
    const answer = clientFor(['127.0.0.1']).handle(
      requestTo(server.authority, { method: { tag: 'post' }, body: body() }),
    );
    await stalled.promise;
    expect(written).toBeLessThan(64);
    reading.resolve();
    await textOf(answered(await answer));
    expect(written).toBe(64);
  });

  test('goes over a connection that is there already', async () => {
    let connections = 0;
    await using server = await startTestServer((_, response) => response.end());
    server.server.on('connection', () => connections++);
    const client = clientFor(['127.0.0.1']);
    for (let i = 0; i < 3; i++) await textOf(answered(await client.handle(requestTo(server.authority))));
    expect(connections).toBe(1);
  });

  test('is sent again when the idle connection it was given is closed by its server', async () => {
    let connections = 0;
    using server = await startTcpServer((socket) => {
      connections++;
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    const client = clientFor(['127.0.0.1']);
    for (let i = 0; i < 2; i++) {
      expect(await textOf(answered(await client.handle(requestTo(server.authority))))).toBe('x');
    }
    expect(connections).toBe(2);
    const post = requestTo(server.authority, { method: { tag: 'post' } });
    await textOf(answered(await client.handle(requestTo(server.authority))));
    expect(await client.handle(post)).toEqual({ tag: 'err', val: { tag: 'connection-terminated' } });
  });

  test('ends with its signal', async () => {
    const arrived = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    await using server = await startTestServer((request) => {
      request.socket.once('close', () => gone.resolve());
      arrived.resolve();
    });
    const controller = new AbortController();
    const answer = clientFor(['127.0.0.1']).handle(requestTo(server.authority), undefined, {
      signal: controller.signal,
    });
    await arrived.promise;
    controller.abort(new Error('the guest left'));
    await expect(answer).rejects.toThrow('the guest left');
    await gone.promise;
  });

  test('whose response is left unread frees its connection', async () => {
    const gone = Promise.withResolvers<void>();
    await using server = await startTestServer((request, response) => {
      request.socket.once('close', () => gone.resolve());
      response.write('x');
    });
    const { body } = answered(await clientFor(['127.0.0.1']).handle(requestTo(server.authority)));
    const reader = body[Symbol.asyncIterator]();
    await reader.next();
    await reader.return?.();
    await gone.promise;
  });

  test('is not redirected', async () => {
    await using server = await startTestServer((_, response) => {
      response.writeHead(302, { location: '/other' }).end();
    });
    const response = answered(await clientFor(['127.0.0.1']).handle(requestTo(server.authority)));
    expect(response.status).toBe(302);
    expect(texts(response.headers)).toMatchObject({ location: '/other' });
  });
});

describe('a request that fails has the error-code', () => {
  const codeOf = async (client: HttpClient, ...args: Parameters<HttpClient['handle']>) => {
    const result = await client.handle(...args);
    return result.tag === 'err' ? result.val : `status ${result.val.status}`;
  };
  const open = ['127.0.0.0/8', '*'];

  test('connection-refused where nobody listens', async () => {
    const server = await startTestServer(() => {});
    await server[Symbol.asyncDispose]();
    expect(await codeOf(clientFor(open), requestTo(server.authority))).toEqual({ tag: 'connection-refused' });
  });

  test('DNS-error for a name that does not exist', async () => {
    expect(await codeOf(clientFor(open), requestTo('nowhere.invalid'))).toMatchObject({ tag: 'DNS-error' });
  });

  test('connection-terminated when the server closes without a response', async () => {
    using server = await startTcpServer((socket) => socket.once('data', () => socket.end()));
    expect(await codeOf(clientFor(open), requestTo(server.authority))).toEqual({
      tag: 'connection-terminated',
    });
  });

  test('HTTP-protocol-error when what answers is not HTTP', async () => {
    using server = await startTcpServer((socket) => socket.once('data', () => socket.end('no HTTP\r\n\r\n')));
    expect(await codeOf(clientFor(open), requestTo(server.authority))).toEqual({
      tag: 'HTTP-protocol-error',
    });
  });

  test('HTTP-response-header-section-size when the head is too large', async () => {
    await using server = await startTestServer((_, response) => {
      response.writeHead(200, { 'x-large': 'x'.repeat(70_000) }).end();
    });
    expect(await codeOf(clientFor(open), requestTo(server.authority))).toMatchObject({
      tag: 'HTTP-response-header-section-size',
    });
  });

  test('connection-read-timeout when no response comes in time', async () => {
    await using server = await startTestServer(() => {});
    const timeouts = { connectTimeout: never, firstByteTimeout: ns(20), betweenBytesTimeout: never };
    expect(await codeOf(clientFor(open), requestTo(server.authority), timeouts)).toEqual({
      tag: 'connection-read-timeout',
    });
  });

  test('connection-timeout when TLS does not come to be in time', async () => {
    using server = await startTcpServer((socket) => socket.on('error', () => {}));
    const timeouts = { connectTimeout: ns(50), firstByteTimeout: never, betweenBytesTimeout: never };
    const request = requestTo(server.authority, { scheme: { tag: 'HTTPS' } });
    expect(await codeOf(clientFor(open), request, timeouts)).toEqual({ tag: 'connection-timeout' });
  });

  test('TLS-protocol-error when what answers is not TLS, as for a request without a scheme', async () => {
    using server = await startTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    expect(await codeOf(clientFor(open), requestTo(server.authority, { scheme: undefined }))).toEqual({
      tag: 'TLS-protocol-error',
    });
  });

  test.each(['user@example.org', 'exa%6dple.org', 'example.org:99999', ''])(
    'HTTP-request-URI-invalid for the authority %j',
    async (authority) => {
      expect(await codeOf(clientFor(open), requestTo(authority))).toEqual({
        tag: 'HTTP-request-URI-invalid',
      });
    },
  );

  test('HTTP-request-URI-invalid for a path that would end the line', async () => {
    const request = requestTo('127.0.0.1:1', { pathWithQuery: '/ HTTP/1.1\r\nx: y' });
    expect(await codeOf(clientFor(open), request)).toEqual({ tag: 'HTTP-request-URI-invalid' });
  });

  test.each([
    ['HTTP-request-body-size', '3', 'GET /smuggled HTTP/1.1'],
    ['HTTP-request-body-size', '10', 'short'],
    ['HTTP-protocol-error', '1, 1', 'x'],
    ['HTTP-protocol-error', '-1', ''],
  ])('%s for the content-length %s of the body %j, which nobody sees as more', async (tag, length, body) => {
    const seen: (string | undefined)[] = [];
    await using server = await startTestServer((request) => {
      seen.push(request.url);
      request.on('error', () => {});
    });
    const headers = fields({ 'content-length': length });
    const request = requestTo(server.authority, { method: { tag: 'post' }, headers, body: bodyOf(body) });
    expect(await codeOf(clientFor(open), request)).toMatchObject({ tag });
    expect(seen).not.toContain('/smuggled');
  });

  test('HTTP-request-method-invalid for CONNECT', async () => {
    const request = requestTo('127.0.0.1:1', { method: { tag: 'connect' } });
    expect(await codeOf(clientFor(open), request)).toEqual({ tag: 'HTTP-request-method-invalid' });
  });

  test('HTTP-request-denied for a host that is not listed, with the reason in the log', async () => {
    const logger = new RecordingLogger();
    const client = clientFor(['api.example.org'], { logger });
    expect(await codeOf(client, requestTo('example.org'))).toEqual({ tag: 'HTTP-request-denied' });
    expect(logger.records).toMatchObject([
      { level: 'warn', fields: { reason: expect.stringContaining('example.org at port 80') } },
    ]);
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '169.254.169.254'])(
    'HTTP-request-denied for %s, which the Internet is not',
    async (host) => {
      expect(await codeOf(clientFor(['*']), requestTo(host))).toEqual({ tag: 'HTTP-request-denied' });
    },
  );

  test.each(['localhost', 'localhost.', 'LOCALHOST', '2130706433', '0x7f.1', '127.1', '0177.0.0.1'])(
    'destination-IP-prohibited for %s, which is the loopback once it is resolved',
    async (host) => {
      expect(await codeOf(clientFor(['*']), requestTo(`${host}:1`))).toEqual({
        tag: 'destination-IP-prohibited',
      });
    },
  );

  test('HTTP-request-denied where only one of two lists has the host', async () => {
    await using server = await startTestServer((_, response) => response.end());
    const client = clientFor([], {
      allow: [
        { entries: ['127.0.0.1'], source: 'the host' },
        { entries: ['*'], source: 'the component' },
      ],
    });
    expect(await codeOf(client, requestTo(server.authority))).toEqual({ tag: 'HTTP-request-denied' });
  });
});

describe('a response that breaks off', () => {
  test('fails body and trailers with HTTP-response-incomplete', async () => {
    await using server = await startTestServer((request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => request.socket.destroy());
    });
    const response = answered(await clientFor(['127.0.0.1']).handle(requestTo(server.authority)));
    await expect(textOf(response)).rejects.toMatchObject({ code: { tag: 'HTTP-response-incomplete' } });
    await expect(response.trailers).rejects.toMatchObject({ code: { tag: 'HTTP-response-incomplete' } });
  });
});

describe('behind a proxy a request', () => {
  test('is forwarded with its whole URL and the login of the proxy', async () => {
    await using proxy = await startTestServer(({ url, headers }, response) => {
      response.end(`${url} ${headers.host} ${headers['proxy-authorization']}`);
    });
    const client = clientFor(['*'], { proxies: { http: `http://u:p@${proxy.authority}` } });
    const response = answered(await client.handle(requestTo('example.invalid:81', { pathWithQuery: '/x' })));
    expect(await textOf(response)).toBe(
      `http://example.invalid:81/x example.invalid:81 Basic ${Buffer.from('u:p').toString('base64')}`,
    );
  });

  test('over TLS goes through a tunnel, and fails if the proxy makes none', async () => {
    const asked: (string | undefined)[] = [];
    const server = createHttpServer();
    server.on('connect', (request, socket) => {
      asked.push(request.url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await using proxy = await listen(server);
    const client = clientFor(['*'], { proxies: { https: proxy.authority } });
    const answer = await client.handle(requestTo('example.invalid', { scheme: { tag: 'HTTPS' } }));
    expect(answer).toEqual({ tag: 'err', val: { tag: 'destination-unavailable' } });
    expect(asked).toEqual(['example.invalid:443']);
  });

  test('goes directly where the proxy is not for its host', async () => {
    await using server = await startTestServer((_, response) => response.end('direct'));
    const client = clientFor(['127.0.0.1'], {
      proxies: { http: 'http://127.0.0.1:1', except: ['127.0.0.1'] },
    });
    expect(await textOf(answered(await client.handle(requestTo(server.authority))))).toBe('direct');
  });

  test('still goes only where it may', async () => {
    const client = clientFor(['example.org'], { proxies: { http: 'http://127.0.0.1:1' } });
    expect(await client.handle(requestTo('example.invalid'))).toEqual({
      tag: 'err',
      val: { tag: 'HTTP-request-denied' },
    });
  });
});
