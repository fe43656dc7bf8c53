import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServedExchange } from './exchange.js';
import { type HttpListener, openHttpListener } from './listener.js';
import { RawClient } from './testing/raw-client.js';

const opened: HttpListener[] = [];
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client[Symbol.dispose]();
  await Promise.all(opened.splice(0).map((listener) => listener.close({ graceMs: 0 })));
});

interface Served {
  readonly client: RawClient;
  readonly logger: RecordingLogger;
}

async function serve(handle: (exchange: ServedExchange) => Promise<unknown>): Promise<Served> {
  const logger = new RecordingLogger();
  const listener = await openHttpListener({ host: '127.0.0.1', port: 0, handle, logger });
  opened.push(listener);
  const client = new RawClient(listener);
  clients.push(client);
  return { client, logger };
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

interface GuestResponse {
  readonly status: number;
  readonly headers?: string[];
  /** Chunks; `pause` lets what is there leave. */
  readonly body?: readonly (string | typeof pause)[];
  readonly ends?: 'finish' | 'fail';
}

const pause = Symbol();

async function respond({ responder }: ServedExchange, response: GuestResponse): Promise<void> {
  const { status, headers = [], body = [], ends = 'finish' } = response;
  const sink = responder.start({ status, headers });
  for (const part of body) {
    if (part === pause) await endOfTurn();
    else sink.write(Buffer.from(part));
  }
  if (ends === 'finish') responder.finish();
  else responder.fail(500, 'the guest trapped\n');
}

const ask = (method: string, path = '/'): string => `${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** The only response on a connection, up to a second one that tells where the first ended. */
async function exchangeOf(response: GuestResponse, method = 'GET'): Promise<{ head: string; body: string }> {
  const { client } = await serve((exchange) =>
    exchange.request.pathWithQuery === '/next'
      ? respond(exchange, { status: 200, headers: ['x-next', 'yes'] })
      : respond(exchange, response),
  );
  client.send(ask(method) + ask('GET', '/next'));
  await client.until('x-next: yes');
  const [first = ''] = client.received.split(/HTTP\/1\.1 200 OK\r\nx-next/);
  const [head = '', body = ''] = first.split(/\r\n\r\n(.*)/s);
  return { head, body };
}

const bodies: readonly (readonly [string, readonly (string | typeof pause)[]])[] = [
  ['at once', ['hello']],
  ['later', [pause, 'hel', pause, 'lo']],
];

describe.each(bodies)('a response without content, whose guest writes some %s,', (_, body) => {
  it('has neither content nor length with 204', async () => {
    const answered = await exchangeOf({ status: 204, headers: ['content-length', '5', 'x-a', 'b'], body });
    expect(answered.head).toMatch(/^HTTP\/1\.1 204 No Content\r\nx-a: b\r\n/);
    expect(answered.head).not.toMatch(/content-length|transfer-encoding/i);
    expect(answered.body).toBe('');
  });

  it('has a length of 0 with 205', async () => {
    const answered = await exchangeOf({ status: 205, headers: ['content-length', '5'], body });
    expect(answered.head).toMatch(/^HTTP\/1\.1 205 [\s\S]*content-length: 0\r\n/);
    expect(answered.head).not.toMatch(/content-length: 5|transfer-encoding/i);
    expect(answered.body).toBe('');
  });

  it('keeps the length its guest gives with 304, and for HEAD', async () => {
    for (const [status, method] of [
      [304, 'GET'],
      [200, 'HEAD'],
    ] as const) {
      const answered = await exchangeOf({ status, headers: ['content-length', '5'], body }, method);
      expect(answered.head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*content-length: 5\\r\\n`));
      expect(answered.body).toBe('');
      const without = await exchangeOf({ status, body }, method);
      expect(without.head).not.toMatch(/content-length|transfer-encoding/i);
      expect(without.body).toBe('');
    }
  });
});

describe('a response that its guest frames wrongly before anything is out', () => {
  it.each([
    [
      'names a transfer-encoding',
      { status: 200, headers: ['Transfer-Encoding', 'chunked'] },
      /transfer-encoding/,
    ],
    [
      'has two lengths',
      { status: 200, headers: ['content-length', '5', 'Content-Length', '6'], body: ['hello'] },
      /more than one content-length/,
    ],
    [
      'has the same length twice',
      { status: 200, headers: ['content-length', '5', 'content-length', '5'], body: ['hello'] },
      /more than one content-length/,
    ],
    [
      'has a length that is none',
      { status: 200, headers: ['content-length', '5, 5'] },
      /"5, 5" is no length/,
    ],
    ['has an endless length', { status: 200, headers: ['content-length', '9'.repeat(30)] }, /is no length/],
    ['has no final status', { status: 100 }, /status 100/],
    ['switches protocols', { status: 101 }, /status 101/],
    [
      'has a body that is too short',
      { status: 200, headers: ['content-length', '9'], body: ['hello'] },
      /shorter.*9/,
    ],
    [
      'has no body where it has a length',
      { status: 200, headers: ['content-length', '9'] },
      /of 0 bytes is shorter/,
    ],
    [
      'has a body that is too long',
      { status: 200, headers: ['content-length', '4'], body: ['hello'] },
      /longer.*4/,
    ],
    [
      'has a body where its length is 0',
      { status: 200, headers: ['content-length', '0'], body: [pause, 'hello'] },
      /longer.*0/,
    ],
  ] as const satisfies readonly (readonly [string, object, RegExp])[])(
    '%s: the client gets 500 with the reason, which is in the log',
    async (_, response, reason) => {
      const { client, logger } = await serve((exchange) => respond(exchange, response as GuestResponse));
      client.send(ask('GET', '/path'));
      await client.until(/\.\n$/);
      expect(client.received).toMatch(/^HTTP\/1\.1 500 /);
      expect(client.received).toMatch(/\r\n\r\nThe response can't be sent: .*\.\n$/);
      expect(client.received).toMatch(reason);
      expect(logger.records).toEqual([
        { level: 'error', message: expect.stringMatching(reason), fields: { path: '/path' } },
      ]);
    },
  );
});

describe('a response with a length, once it is streaming,', () => {
  const headers = ['content-length', '10'];
  const incomplete: readonly (readonly [string, GuestResponse])[] = [
    ['is too short', { status: 200, headers, body: ['01234', pause, '5678'] }],
    ['is too long', { status: 200, headers, body: ['01234', pause, '567890'] }],
    [
      'is too long after all of its length',
      { status: 200, headers, body: [pause, '0123456789', pause, '0'] },
    ],
    ['was all written before it became too long', { status: 200, headers, body: ['0123456789', pause, '0'] }],
    [
      'fails when all was written',
      { status: 200, headers, body: ['01234', pause, '56789', pause], ends: 'fail' },
    ],
  ];

  it.each(incomplete)('and %s, is seen to be incomplete', async (_, response) => {
    const { client } = await serve((exchange) => respond(exchange, response));
    client.send(ask('GET'));
    const received = await client.closed();
    const [head, body = ''] = received.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: 10/);
    expect(body.length).toBeLessThan(10);
  });

  it('sends all but its last part as it is written', async () => {
    const mayFinish = Promise.withResolvers<void>();
    const { client } = await serve(async ({ responder }) => {
      const sink = responder.start({ status: 200, headers });
      sink.write(Buffer.from('01234'));
      await endOfTurn();
      sink.write(Buffer.from('567'));
      sink.write(Buffer.from('89'));
      sink.write(Buffer.alloc(0));
      await mayFinish.promise;
      responder.finish();
    });
    client.send(ask('GET'));
    await client.until('01234567');
    mayFinish.resolve();
    await client.until('0123456789');
  });

  it('is complete with its finish, and the connection serves on', async () => {
    expect(await exchangeOf({ status: 200, headers, body: ['01234', pause, '56789', pause] })).toMatchObject({
      body: '0123456789',
    });
    expect(await exchangeOf({ status: 200, headers, body: ['0123456789', pause] })).toMatchObject({
      body: '0123456789',
    });
    const empty = await exchangeOf({ status: 200, headers: ['content-length', '0'], body: [pause] });
    expect(empty.head).toMatch(/content-length: 0/);
  });
});
