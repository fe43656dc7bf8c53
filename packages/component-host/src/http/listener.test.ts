import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type IncomingHttpHeaders, type RequestOptions, request, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import type { ByteSink, ByteSource, HttpExchange } from '@wasmlattice/wasm-runtime/host-functions';
import { afterEach, describe, expect, it } from 'vitest';
import {
  HttpListenError,
  type HttpListener,
  type HttpListenerOptions,
  openHttpListener,
} from './listener.js';
import { get, RawClient } from './testing/raw-client.js';

type Handle = HttpListenerOptions['handle'];

const opened: HttpListener[] = [];
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client[Symbol.dispose]();
  await Promise.all(opened.splice(0).map((listener) => listener.close({ graceMs: 0 })));
});

async function open(handle: Handle, options: Partial<HttpListenerOptions> = {}): Promise<HttpListener> {
  const listener = await openHttpListener({ host: '127.0.0.1', port: 0, handle, ...options });
  opened.push(listener);
  return listener;
}

function connectTo(listener: HttpListener): RawClient {
  const client = new RawClient(listener);
  clients.push(client);
  return client;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

async function readAll(body: ByteSource): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    await body.ready();
    const chunk = body.read(64 * 1024);
    if (chunk === undefined) return Buffer.concat(chunks).toString();
    chunks.push(chunk);
  }
}

function answer({ responder }: HttpExchange, text: string, headers: string[] = []): void {
  responder.start({ status: 200, headers }).write(bytes(text));
  responder.finish();
}

/** Has everything that was started leave, as it does when a guest waits for something. */
const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
  readonly text: string;
}

/** Rejects when the response is incomplete. */
function fetchFrom(
  listener: HttpListener,
  options: RequestOptions = {},
  send: (body: ReturnType<typeof request>) => void = (body) => body.end(),
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...listener.address, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          trailers: response.trailers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on('error', reject);
    send(outgoing);
  });
}

describe('the head of a request', () => {
  it('arrives as it was sent', async () => {
    let seen: HttpExchange['request'] | undefined;
    const listener = await open(async (exchange) => {
      seen = exchange.request;
      answer(exchange, '');
    });
    const client = connectTo(listener);
    client.send('PROPFIND /a%20b?c=d HTTP/1.1\r\nHost: h:1\r\nX-Bytes: \xe4\xff\r\nx-bytes: 2\r\n\r\n');
    await client.until('200 OK');
    expect(seen).toEqual({
      method: 'PROPFIND',
      scheme: 'http',
      authority: 'h:1',
      pathWithQuery: '/a%20b?c=d',
      headers: ['Host', 'h:1', 'X-Bytes', '\xe4\xff', 'x-bytes', '2'],
    });
  });

  it('takes the authority from the target, else X-Forwarded-Host, else Host', async () => {
    const listener = await open(async (exchange) => {
      const { scheme, authority, pathWithQuery } = exchange.request;
      answer(exchange, `<${scheme} ${authority} ${pathWithQuery}>`);
    });
    const cases: [string, string][] = [
      ['GET http://target/p?q HTTP/1.1\r\nHost: host\r\nX-Forwarded-Host: proxy', '<http target /p?q>'],
      ['GET HTTPS://target:8443 HTTP/1.1\r\nHost: host', '<https target:8443 />'],
      ['GET http://target?q HTTP/1.1\r\nHost: host', '<http target /?q>'],
      ['GET / HTTP/1.1\r\nHost: host\r\nX-Forwarded-Host: proxy', '<http proxy />'],
      ['GET / HTTP/1.1\r\nX-Forwarded-Host: first, second\r\nHost: host', '<http first />'],
      ['GET / HTTP/1.1\r\nHost: [::1]:80', '<http [::1]:80 />'],
      ['OPTIONS * HTTP/1.1\r\nHost: host', '<http host *>'],
    ];
    for (const [head, expected] of cases) {
      const client = connectTo(listener);
      client.send(`${head}\r\n\r\n`);
      await client.until(expected);
    }
  });

  it('may be big', async () => {
    const listener = await open(async (exchange) =>
      answer(exchange, String(exchange.request.headers.length)),
    );
    const headers = { 'x-big': 'x'.repeat(32 * 1024) };
    expect((await fetchFrom(listener, { headers })).status).toBe(200);
  });

  it('is that of a plain request when it asks for an upgrade', async () => {
    const listener = await open(async (exchange) => answer(exchange, await readAll(exchange.body)));
    const upgrades = ['Upgrade: websocket\r\n\r\n', 'Upgrade: h2c\r\nContent-Length: 5\r\n\r\nhello'];
    for (const upgrade of upgrades) {
      const client = connectTo(listener);
      client.send(`POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n${upgrade}`);
      await client.until('200 OK');
      client.send(get('/'));
      await client.until(/200 OK[\s\S]*200 OK/);
      expect(client.received).not.toMatch(/upgrade/i);
    }
  });
});

describe('the body of a request', () => {
  it('arrives with a length or in chunks', async () => {
    const listener = await open(async (exchange) => answer(exchange, await readAll(exchange.body)));
    const withLength = { method: 'POST', headers: { 'content-length': 5 } };
    expect((await fetchFrom(listener, withLength, (body) => body.end('hello'))).text).toBe('hello');
    const chunked = await fetchFrom(listener, { method: 'POST' }, (body) => {
      body.write('hel');
      body.end('lo');
    });
    expect(chunked.text).toBe('hello');
  });

  it('can be read while it is still being sent', async () => {
    const listener = await open(async ({ body, responder }) => {
      const sink = responder.start({ status: 200, headers: [] });
      for (;;) {
        await body.ready();
        const chunk = body.read(1024);
        if (chunk === undefined) break;
        sink.write(chunk);
      }
      responder.finish();
    });
    const client = connectTo(listener);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nping\r\n');
    await client.until('ping');
    client.send('4\r\npong\r\n');
    await client.until('pong');
    client.send('0\r\n\r\n');
    await client.until(/0\r\n\r\n$/);
  });

  it('is empty where the request has none', async () => {
    const listener = await open(async (exchange) => {
      expect(exchange.body.isReady()).toBe(true);
      expect(exchange.body.read(1)).toBeUndefined();
      expect(await exchange.trailers()).toBeUndefined();
      answer(exchange, 'empty');
    });
    expect((await fetchFrom(listener)).text).toBe('empty');
    expect((await fetchFrom(listener, { method: 'POST', headers: { 'content-length': 0 } })).text).toBe(
      'empty',
    );
  });

  it('may be followed by trailers', async () => {
    const listener = await open(async (exchange) => {
      const body = await readAll(exchange.body);
      answer(exchange, `${body} ${JSON.stringify(await exchange.trailers())}`);
    });
    const { text } = await fetchFrom(listener, { method: 'POST', headers: { trailer: 'x-sum' } }, (body) => {
      body.write('data');
      body.addTrailers({ 'X-Sum': '42' });
      body.end();
    });
    expect(text).toBe('data ["X-Sum","42"]');
  });

  it('gives its trailers also to a guest that does not read it', async () => {
    const listener = await open(async (exchange) =>
      answer(exchange, JSON.stringify(await exchange.trailers())),
    );
    const { text } = await fetchFrom(listener, { method: 'POST', headers: { trailer: 'x-sum' } }, (body) => {
      body.write('x'.repeat(1_000_000));
      body.addTrailers({ 'X-Sum': '42' });
      body.end();
    });
    expect(text).toBe('["X-Sum","42"]');
  });

  it('can be read on after the response is complete', async () => {
    const read = Promise.withResolvers<string>();
    const listener = await open(async (exchange) => {
      answer(exchange, 'early');
      read.resolve(await readAll(exchange.body));
    });
    const client = connectTo(listener);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234');
    await client.until('early');
    client.send('56789');
    expect(await read.promise).toBe('0123456789');
  });

  it('that nobody reads does not hold up the next request', async () => {
    const listener = await open(async (exchange) => answer(exchange, `<${exchange.request.pathWithQuery}>`));
    const client = connectTo(listener);
    const size = 1_000_000;
    client.send(`POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
    await client.until('</1>');
    client.send('x'.repeat(size) + get('/2'));
    await client.until('</2>');
  });

  it('that nobody reads is not taken as quickly as it comes', async () => {
    const served: Socket[] = [];
    const watch = (message: unknown): void => void served.push((message as { socket: Socket }).socket);
    subscribe('net.server.socket', watch);
    try {
      const listener = await open(async (exchange) => answer(exchange, 'done'), {
        tunables: { lingerMs: 500 },
      });
      const client = connectTo(listener);
      client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${10 * 1024 ** 3}\r\n\r\n`);
      const sendOn = (): void => {
        if (client.socket.writable) client.socket.write('x'.repeat(60_000), sendOn);
      };
      sendOn();
      expect(await client.closed()).toMatch(/done/);
      // 1 MiB at once, then 64 KiB each 10 ms of 500: as quickly as it comes it was hundreds of megabytes.
      expect(served[0]?.bytesRead).toBeLessThan(8 * 1024 ** 2);
    } finally {
      unsubscribe('net.server.socket', watch);
    }
  });

  it('that nobody reads and that does not end closes the connection', async () => {
    const listener = await open(async (exchange) => answer(exchange, 'done'), { tunables: { lingerMs: 1 } });
    const client = connectTo(listener);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n');
    expect(await client.closed()).toContain('done');
  });

  it('is awaited with 100 Continue when it is first read', async () => {
    const mayRead = Promise.withResolvers<void>();
    const listener = await open(async (exchange) => {
      await mayRead.promise;
      answer(exchange, await readAll(exchange.body));
    });
    const client = connectTo(listener);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    await endOfTurn();
    expect(client.received).toBe('');
    mayRead.resolve();
    await client.until('100 Continue');
    client.send('hello');
    await client.until(/200 OK[\s\S]*hello/);
  });

  it('is not asked for when the guest refuses it', async () => {
    const listener = await open(async ({ responder }) => {
      responder.start({ status: 413, headers: [] });
      responder.finish();
    });
    const client = connectTo(listener);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    const received = await client.closed();
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received).toMatch(/connection: close/i);
  });
});

describe('a response', () => {
  it('that is complete at once carries its length', async () => {
    const listener = await open(async (exchange) =>
      answer(exchange, 'hello', ['content-type', 'text/plain']),
    );
    const { headers, text } = await fetchFrom(listener);
    expect(text).toBe('hello');
    expect(headers['content-length']).toBe('5');
    expect(headers['transfer-encoding']).toBeUndefined();
    expect(headers['content-type']).toBe('text/plain');
  });

  it('keeps repeated headers and every byte of their values', async () => {
    const headers = ['set-cookie', 'a=1', 'set-cookie', 'b=2', 'x-bytes', '\xe4\xff'];
    const listener = await open(async (exchange) => answer(exchange, '', headers));
    const answered = await fetchFrom(listener);
    expect(answered.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answered.headers['x-bytes']).toBe('\xe4\xff');
  });

  it('sends its head before there is a body, and the body as it is written', async () => {
    const steps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const listener = await open(async ({ responder }) => {
      const sink = responder.start({ status: 200, headers: ['x-head', 'early'] });
      await steps[0]?.promise;
      sink.write(bytes('first'));
      await steps[1]?.promise;
      sink.write(bytes('second'));
      responder.finish();
    });
    const client = connectTo(listener);
    client.send(get('/'));
    await client.until('x-head: early');
    expect(client.received).not.toContain('first');
    steps[0]?.resolve();
    await client.until('first');
    expect(client.received).not.toContain('second');
    steps[1]?.resolve();
    await client.until(/second\r\n0\r\n\r\n$/);
  });

  it('carries trailers', async () => {
    const listener = await open(async ({ responder }) => {
      responder.start({ status: 200, headers: ['trailer', 'x-sum'] }).write(bytes('data'));
      responder.finish(['x-sum', '42', 'x-sum', '43', 'content-length', '7']);
    });
    const { text, headers, trailers } = await fetchFrom(listener, { headers: { te: 'trailers' } });
    expect(text).toBe('data');
    expect(headers.trailer).toBe('x-sum');
    expect(trailers).toEqual({ 'x-sum': '42, 43' });
  });

  it('drops trailers where HTTP has no place for them', async () => {
    const listener = await open(async ({ responder }) => {
      responder
        .start({ status: 200, headers: ['trailer', 'x-sum', 'content-length', '4'] })
        .write(bytes('data'));
      responder.finish(['x-sum', '42']);
    });
    const { text, headers, trailers } = await fetchFrom(listener);
    expect([text, headers.trailer, trailers]).toEqual(['data', undefined, {}]);
    const client = connectTo(listener);
    client.send('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    expect(await client.closed()).toMatch(/\r\n\r\ndata$/);
  });

  it('leaves the connection open for the next request', async () => {
    const listener = await open(async (exchange) => answer(exchange, `<${exchange.request.pathWithQuery}>`));
    const client = connectTo(listener);
    for (const path of ['/1', '/2', '/3']) {
      client.send(get(path));
      await client.until(`<${path}>`);
    }
    client.send(get('/4') + get('/5'));
    await client.until('</5>');
    expect(client.received.match(/<\/\d>/g)).toEqual(['</1>', '</2>', '</3>', '</4>', '</5>']);
  });
});

describe('a request that fails', () => {
  it('gets its failure as the answer while nothing is out', async () => {
    const listener = await open(async ({ responder }) => {
      responder.start({ status: 200, headers: ['x', 'y'] }).write(bytes('never seen'));
      responder.fail(502, 'the reason\n');
    });
    const { status, headers, text } = await fetchFrom(listener);
    expect([status, headers.x, text]).toEqual([502, undefined, 'the reason\n']);
  });

  it('shows an incomplete response once something is out', async () => {
    const failures: ((sink: ByteSink) => Promise<void> | void)[] = [
      () => endOfTurn(),
      (sink) => sink.flush(),
    ];
    for (const failLater of failures) {
      for (const headers of [[], ['content-length', '100']]) {
        const listener = await open(async ({ responder }) => {
          const sink = responder.start({ status: 200, headers });
          sink.write(bytes('begun'));
          await failLater(sink);
          responder.fail(500, 'too late');
        });
        await expect(fetchFrom(listener)).rejects.toThrow('aborted');
        const client = connectTo(listener);
        client.send(get('/'));
        const received = await client.closed();
        expect(received).toContain('begun');
        expect(received).not.toContain('too late');
        expect(received).not.toMatch(/0\r\n\r\n$/);
      }
    }
  });

  it('resets the connection of a client that knows neither chunks nor length', async () => {
    const listener = await open(async ({ responder }) => {
      responder.start({ status: 200, headers: [] }).write(bytes('begun'));
      await endOfTurn();
      responder.fail(500, 'too late');
    });
    const client = connectTo(listener);
    client.send('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    await client.closed();
    expect(client.error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('closes a connection on which other requests came before it', async () => {
    const arrived = Promise.withResolvers<void>();
    const listener = await open(async ({ request: { pathWithQuery }, responder, signal }) => {
      responder.start({ status: 200, headers: [] }).write(bytes(pathWithQuery));
      await endOfTurn();
      if (pathWithQuery === '/2') {
        responder.fail(500, 'too late');
        arrived.resolve();
      }
      await new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
    });
    const client = connectTo(listener);
    client.send(get('/1') + get('/2'));
    await arrived.promise;
    expect(await client.closed()).not.toMatch(/0\r\n\r\n$/);
  });

  it('gets a 500 when its handler rejects or forgets it', async () => {
    const rejecting = await open(() => Promise.reject(new Error('secret')));
    const rejected = await fetchFrom(rejecting);
    expect(rejected.status).toBe(500);
    expect(rejected.text).not.toContain('secret');
    const forgetting = await open(() => Promise.resolve());
    expect((await fetchFrom(forgetting)).status).toBe(500);
  });
});

describe('a client that disconnects', () => {
  it('ends the waits of the guest', async () => {
    const started = Promise.withResolvers<HttpExchange>();
    const ended = Promise.withResolvers<unknown>();
    const listener = await open(async (exchange) => {
      const sink = exchange.responder.start({ status: 200, headers: [] });
      started.resolve(exchange);
      while (sink.capacity() !== undefined) {
        sink.write(new Uint8Array(sink.capacity() ?? 0));
        await sink.ready();
      }
      await exchange.body.ready();
      try {
        exchange.body.read(1);
        ended.resolve('no error');
      } catch (error) {
        ended.resolve(error);
      }
    });
    const client = connectTo(listener);
    client.socket.pause();
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n');
    const exchange = await started.promise;
    expect(exchange.signal.aborted).toBe(false);
    client.socket.destroy();
    expect(await ended.promise).toMatchObject({
      name: 'HttpFailure',
      code: { tag: 'connection-terminated' },
    });
    expect(exchange.signal.aborted).toBe(true);
    expect(exchange.signal.reason).toMatchObject({ name: 'ClientDisconnectedError' });
  });

  it('is noticed by whoever asks for the signal later', async () => {
    const late = Promise.withResolvers<boolean>();
    const listener = await open(async (exchange) => {
      const sink = exchange.responder.start({ status: 200, headers: [] });
      client.socket.destroy();
      while (sink.capacity() !== undefined) await endOfTurn();
      late.resolve(exchange.signal.aborted);
    });
    const client = connectTo(listener);
    client.send(get('/'));
    expect(await late.promise).toBe(true);
  });

  it('is noticed by requests that wait behind another on its connection', async () => {
    const aborted: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const both = Promise.withResolvers<void>();
    const listener = await open(async ({ request: { pathWithQuery }, signal }) => {
      const disconnected = new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve(undefined)),
      );
      if (pathWithQuery === '/2') arrived.resolve();
      await disconnected;
      aborted.push(pathWithQuery);
      if (aborted.length === 2) both.resolve();
    });
    const client = connectTo(listener);
    client.send(get('/1') + get('/2'));
    await arrived.promise;
    client.socket.destroy();
    await both.promise;
    expect(aborted.sort()).toEqual(['/1', '/2']);
  });

  it('ends the reading of a guest that has answered already', async () => {
    const ended = Promise.withResolvers<string>();
    const listener = await open(async (exchange) => {
      answer(exchange, 'early');
      ended.resolve(await readAll(exchange.body).catch((error: Error) => error.name));
    });
    const client = connectTo(listener);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234');
    await client.until('early');
    client.socket.destroy();
    expect(await ended.promise).toBe('HttpFailure');
  });

  it('after its answer was complete is nothing to abort', async () => {
    const over = Promise.withResolvers<boolean>();
    const listener = await open(async (exchange) => {
      const { signal } = exchange;
      answer(exchange, 'done');
      await gone.promise;
      await endOfTurn();
      over.resolve(signal.aborted);
    });
    const gone = Promise.withResolvers<void>();
    const client = connectTo(listener);
    client.send(get('/'));
    await client.until('done');
    client.socket.once('close', () => gone.resolve());
    client.socket.destroy();
    expect(await over.promise).toBe(false);
  });
});

describe('a body of 50 MB', () => {
  const size = 50_000_000;
  /** Node's buffers of one stream, in each direction: its high-water mark and one more chunk, twice. */
  const bound = 256 * 1024;

  interface ServerSide {
    readonly socket: Socket;
    readonly response: ServerResponse;
  }

  /** The server's side of requests, which tells what the process itself holds: the system's buffers come on top. */
  function watchServer(): { readonly requests: ServerSide[]; [Symbol.dispose](): void } {
    const requests: ServerSide[] = [];
    const onRequest = (message: unknown): void => {
      requests.push(message as ServerSide);
    };
    subscribe('http.server.request.start', onRequest);
    return {
      requests,
      [Symbol.dispose]: () => {
        unsubscribe('http.server.request.start', onRequest);
      },
    };
  }

  it('is not taken from a client faster than the guest reads it', async () => {
    using server = watchServer();
    let furthestAhead = 0;
    const listener = await open(async (exchange) => {
      let read = 0;
      for (;;) {
        await exchange.body.ready();
        furthestAhead = Math.max(furthestAhead, (server.requests[0]?.socket.bytesRead ?? 0) - read);
        const chunk = exchange.body.read(10_000);
        if (chunk === undefined) break;
        read += chunk.length;
      }
      answer(exchange, String(read));
    });
    const options = { method: 'POST', headers: { 'content-length': size } };
    const { text } = await fetchFrom(listener, options, (body) => {
      const chunk = Buffer.alloc(100_000);
      let left = size;
      const send = (): void => {
        while (left > 0) {
          left -= chunk.length;
          if (!body.write(chunk)) {
            body.once('drain', send);
            return;
          }
        }
        body.end();
      };
      send();
    });
    expect(text).toBe(String(size));
    expect(furthestAhead).toBeLessThan(bound);
  });

  it('is not taken from the guest faster than the client reads it', async () => {
    using server = watchServer();
    let furthestAhead = 0;
    const listener = await open(async ({ responder }) => {
      const sink = responder.start({ status: 200, headers: [] });
      for (let left = size; left > 0; ) {
        const permit = Math.min(sink.capacity() ?? 0, left);
        if (permit > 0) {
          sink.write(new Uint8Array(permit));
          left -= permit;
          furthestAhead = Math.max(furthestAhead, server.requests[0]?.response.writableLength ?? 0);
        } else {
          await sink.ready();
        }
      }
      responder.finish();
    });
    expect((await fetchFrom(listener)).text).toHaveLength(size);
    expect(furthestAhead).toBeGreaterThan(0);
    expect(furthestAhead).toBeLessThan(bound);
  });

  it('that a client does not read stops the guest', async () => {
    let written = 0;
    const stopped = Promise.withResolvers<void>();
    const listener = await open(async ({ responder }) => {
      const sink = responder.start({ status: 200, headers: [] });
      await endOfTurn();
      for (;;) {
        const permit = sink.capacity();
        if (permit === undefined) return;
        if (permit > 0) {
          sink.write(new Uint8Array(permit));
          written += permit;
        } else {
          stopped.resolve();
          await sink.ready();
        }
      }
    });
    const client = connectTo(listener);
    client.socket.pause();
    client.send(get('/'));
    await stopped.promise;
    expect(written).toBeLessThan(size);
  });
});

describe('opening', () => {
  it('tells the address, also when it chose the port', async () => {
    const { address } = await open(() => Promise.resolve());
    expect(address.host).toBe('127.0.0.1');
    expect(address.port).toBeGreaterThan(0);
  });

  it('names an address that is in use and what to check', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    try {
      const failure = await open(() => Promise.resolve(), { port }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(HttpListenError);
      expect(failure).toMatchObject({
        code: 'EADDRINUSE',
        message: expect.stringContaining(`127.0.0.1:${port}`),
      });
      expect((failure as Error).message).toContain('another "address"');
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });

  it('lets two listeners share an address when both ask for it', async () => {
    const first = await open(async (exchange) => answer(exchange, 'shared'), { reusePort: true });
    const { port } = first.address;
    const second = await open(async (exchange) => answer(exchange, 'shared'), { reusePort: true, port });
    expect(second.address).toEqual(first.address);
    await first.close();
    expect((await fetchFrom(second)).text).toBe('shared');
  });
});
