import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { request as sendRequest } from 'node:https';
import { createTestAuthority, RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServedExchange } from '../exchange.js';
import { type HttpListener, openHttpListener } from '../listener.js';

const authority = createTestAuthority();
const issued = authority.issue('localhost');
const tls = { cert: issued.certificate, key: issued.key };

let listener: HttpListener;
let client: ClientHttp2Session;
let logger: RecordingLogger;
let handle: (exchange: ServedExchange) => Promise<unknown>;

beforeEach(async () => {
  logger = new RecordingLogger();
  handle = echo;
  listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    tls,
    logger,
    handle: (exchange) => handle(exchange),
    tunables: { maxHeaders: 50, drainIdleMs: 10 },
  });
  client = connect(`https://localhost:${listener.address.port}`, { ca: authority.certificate });
  client.on('error', () => {});
});
afterEach(async () => {
  client.destroy();
  await listener.close({ graceMs: 0 });
});

/** Sends body and trailers back as they come. */
async function echo(exchange: ServedExchange): Promise<void> {
  const { body, responder, request } = exchange;
  const sink = responder.start({ status: 200, headers: ['x-path', request.pathWithQuery] });
  for (let bytes = body.read(16_384); bytes !== undefined; bytes = body.read(16_384)) {
    if (bytes.length === 0) await body.ready();
    else sink.write(bytes);
    while (sink.capacity() === 0) await sink.ready();
  }
  responder.finish(await exchange.trailers());
}

interface Answer {
  readonly status: unknown;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly trailers: Readonly<Record<string, unknown>> | undefined;
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  let headers: Readonly<Record<string, unknown>> = {};
  let trailers: Readonly<Record<string, unknown>> | undefined;
  stream.on('response', (fields) => {
    headers = fields;
  });
  stream.on('trailers', (fields) => {
    trailers = { ...fields };
  });
  const text = Buffer.concat(await Array.fromAsync(stream)).toString();
  return { status: headers[':status'], text, headers, trailers };
}

function get(fields: Readonly<Record<string, string | string[]>> = {}): Promise<Answer> {
  return answerOf(client.request({ ':path': '/', ...fields }, { endStream: true }));
}

describe('a client that asks for HTTP/2', () => {
  it('gets its answer, beside one that speaks HTTP/1.1 at the same port', async () => {
    expect(await get({ ':path': '/a?b' })).toMatchObject({ status: 200, headers: { 'x-path': '/a?b' } });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        port: listener.address.port,
        host: 'localhost',
        ca: authority.certificate,
        agent: false,
      };
      sendRequest({ ...options, path: '/' }, resolve)
        .on('error', reject)
        .end();
    });
    expect([response.statusCode, response.httpVersion]).toEqual([200, '1.1']);
  });

  it('has its request reach the component as one of HTTP/1.1 would', async () => {
    const seen: ServedExchange['request'][] = [];
    handle = async (exchange) => {
      seen.push(exchange.request);
      await echo(exchange);
    };
    await get({ ':method': 'OPTIONS', ':path': '/x', cookie: ['a=1', 'b=2'], 'x-own': 'y' });
    const host = `localhost:${listener.address.port}`;
    expect(seen).toEqual([
      {
        method: 'OPTIONS',
        scheme: 'https',
        authority: host,
        pathWithQuery: '/x',
        headers: ['host', host, 'x-own', 'y', 'cookie', 'a=1; b=2'],
      },
    ]);
  });

  it('streams a body both ways, many at a time, with trailers', async () => {
    const text = 'x'.repeat(300_000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => {
        const stream = client.request({ ':method': 'POST', ':path': '/' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
        stream.end(text);
        return answerOf(stream);
      }),
    );
    for (const answer of answers) {
      expect([answer.status, answer.text.length]).toEqual([200, text.length]);
      expect(answer.trailers).toMatchObject({ 'x-sum': '1' });
    }
  });

  it('sees a response that its component did not complete as reset', async () => {
    handle = async ({ responder }) => {
      responder.start({ status: 200, headers: ['content-length', '10'] }).write(Buffer.from('half'));
    };
    const stream = client.request({ ':path': '/' });
    await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
  });

  it('that gives a request up ends its invocation, and no other', async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<unknown>();
    handle = async ({ request, signal, responder }) => {
      if (request.pathWithQuery === '/other') {
        responder.start({ status: 204, headers: [] });
        responder.finish();
        return;
      }
      begun.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended.resolve(signal.reason);
    };
    const stream = client.request({ ':path': '/' });
    stream.on('error', () => {});
    await begun.promise;
    stream.close(8);
    expect(await ended.promise).toMatchObject({ name: 'ClientDisconnectedError' });
    expect(await get({ ':path': '/other' })).toMatchObject({ status: 204, text: '' });
  });

  it('gets a status and a reason for a head with too many fields', async () => {
    const many = Object.fromEntries(Array.from({ length: 48 }, (_, i) => [`x-${i}`, 'y']));
    expect(await get(many)).toMatchObject({ status: 431, text: expect.stringContaining('headers') });
  });

  it('gets a 500 for a head that can not be sent, and nothing of a connection', async () => {
    handle = async ({ responder }) => {
      responder.start({ status: 200, headers: ['content-type', 'a/b', 'content-type', 'c/d'] });
      responder.finish();
    };
    expect(await get()).toMatchObject({ status: 500 });
    handle = async ({ responder }) => {
      responder.start({
        status: 200,
        headers: ['Connection', 'close', 'Set-Cookie', 'a', 'set-cookie', 'b'],
      });
      responder.finish();
    };
    const { headers } = await get();
    expect(headers).toMatchObject({ ':status': 200, 'set-cookie': ['a', 'b'] });
    expect(headers).not.toHaveProperty('connection');
  });

  it('has what it asked for answered while the listener closes, and its connection closed then', async () => {
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    handle = async ({ responder }) => {
      begun.resolve();
      await go.promise;
      responder.start({ status: 200, headers: [] }).write(Buffer.from('late'));
      responder.finish();
    };
    const answer = get();
    await begun.promise;
    const closed = listener.close();
    go.resolve();
    expect(await answer).toMatchObject({ status: 200, text: 'late' });
    if (!client.closed) await once(client, 'close');
    await closed;
  });
});
