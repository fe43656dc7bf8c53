import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { type Attributes, type Meter, noopMeter } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServedExchange } from './exchange.js';
import { type HttpListener, type HttpListenerOptions, openHttpListener } from './listener.js';
import { get, RawClient } from './testing/raw-client.js';

const opened: { close(): Promise<void> }[] = [];
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client[Symbol.dispose]();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

interface Counted {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes | undefined;
}

interface Edge {
  readonly listener: HttpListener;
  readonly logger: RecordingLogger;
  readonly counted: Counted[];
  /** Paths of the requests that reached the handler. */
  readonly handled: string[];
}

async function openEdge(options: Partial<HttpListenerOptions> = {}): Promise<Edge> {
  const logger = new RecordingLogger();
  const counted: Counted[] = [];
  const handled: string[] = [];
  const meter: Meter = {
    ...noopMeter,
    counter: (name) => ({ add: (value, attributes) => void counted.push({ name, value, attributes }) }),
  };
  const { handle = async (exchange) => answer(exchange, 'handled\n') } = options;
  const listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    logger,
    meter,
    ...options,
    handle: (exchange) => {
      handled.push(exchange.request.pathWithQuery);
      return handle(exchange);
    },
  });
  opened.push({ close: () => listener.close({ graceMs: 0 }) });
  return { listener, logger, counted, handled };
}

function answer({ responder }: ServedExchange, text: string): void {
  responder.start({ status: 200, headers: [] }).write(Buffer.from(text));
  responder.finish();
}

function connectTo({ listener }: Edge): RawClient {
  const client = new RawClient(listener);
  clients.push(client);
  return client;
}

interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The answer a connection begins with, which must be complete and come before its end. */
function parseAnswer(received: string): WireAnswer {
  const [head = '', text = ''] = received.split(/\r\n\r\n(.*)/s);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
  return { status: Number(statusLine.split(' ')[1]), headers, text };
}

/** Sends `bytes`, checks everything that all refusals have in common, and returns the client's text. */
async function refused(edge: Edge, bytes: string, status: number, reason: string): Promise<string> {
  const client = connectTo(edge);
  client.send(bytes);
  const received = await client.closed();
  const answered = parseAnswer(received);
  expect(answered).toMatchObject({ status, text: expect.stringMatching(/^[^\n]+\n$/) });
  expect(answered.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answered.headers.get('connection')).toBe('close');
  expect(answered.headers.get('content-length')).toBe(String(Buffer.byteLength(answered.text, 'latin1')));
  expect(answered.headers.has('date')).toBe(true);
  expect(client.error).toBeUndefined();
  const { host, port } = edge.listener.address;
  const address = `${host}:${port}`;
  expect(edge.counted.splice(0)).toEqual([
    { name: 'wasmlattice.http.refused_requests', value: 1, attributes: { reason, address } },
  ]);
  const text = Buffer.from(answered.text.trimEnd(), 'latin1').toString();
  expect(edge.logger.records.splice(0)).toEqual([
    {
      level: 'warn',
      message: `refused an HTTP request: ${text}`,
      fields: { reason, status, address, client: '127.0.0.1' },
    },
  ]);
  expect(edge.handled).toEqual([]);
  return text;
}

const request = (line: string, ...headers: string[]): string =>
  `${[line, 'Host: a', ...headers].join('\r\n')}\r\n\r\n`;
const post = (...headers: string[]): string => request('POST / HTTP/1.1', ...headers);

type Case = readonly [what: string, bytes: string, status: number, reason: string, text: RegExp];

const table = (cases: readonly Case[]): void => {
  it.each(cases)('%s', async (_, bytes, status, reason, text) => {
    expect(await refused(await openEdge(), bytes, status, reason)).toMatch(text);
  });
};

describe('a method that the parser does not know is answered with 501 and its name', () => {
  table([
    ['LIST', request('LIST / HTTP/1.1'), 501, 'unknown-method', /the method LIST .*GET/],
    ['BAN', request('BAN / HTTP/1.1'), 501, 'unknown-method', /the method BAN /],
    ['FOO-BAR', request('FOO-BAR / HTTP/1.1'), 501, 'unknown-method', /the method FOO-BAR /],
    ['a known one that goes on', request('GETX / HTTP/1.1'), 501, 'unknown-method', /the method GETX /],
    ['a letter', request('G / HTTP/1.1'), 501, 'unknown-method', /the method G /],
    ['get', request('get / HTTP/1.1'), 501, 'unknown-method', /the method get .*case-sensitive.*GET/],
    ['one of RTSP', request('DESCRIBE / HTTP/1.1'), 501, 'unknown-method', /the method DESCRIBE /],
    ['CONNECT', request('CONNECT a.example:443 HTTP/1.1'), 501, 'connect', /CONNECT.*proxy/],
  ]);
});

it('takes methods that are no part of HTTP but known to the parser', async () => {
  const edge = await openEdge({
    handle: async (exchange) => answer(exchange, `<${exchange.request.method}>`),
  });
  for (const method of ['PROPFIND', 'PURGE', 'QUERY', 'M-SEARCH', 'SOURCE']) {
    const client = connectTo(edge);
    client.send(request(`${method} / HTTP/1.1`));
    await client.until(`<${method}>`);
  }
});

describe('a request that names its host wrongly is told how', () => {
  table([
    ['no Host in HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n', 400, 'bad-host', /send a Host header/],
    ['no Host but a URL as target', 'GET http://a/ HTTP/1.1\r\n\r\n', 400, 'bad-host', /send a Host header/],
    ['nothing in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', 400, 'bad-host', /send a Host header/],
    ['an empty one', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400, 'bad-host', /send a Host header/],
    ['two', request('GET / HTTP/1.1', 'Host: b'), 400, 'bad-host', /2 Host headers/],
    ['none that is one', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400, 'bad-host', /"a b" is no host/],
    [
      'one beyond ASCII',
      'GET / HTTP/1.1\r\nHost: \xe4\r\n\r\n',
      400,
      'bad-host',
      /"ä" is no host: check the Host/,
    ],
    [
      'none behind a proxy that names one',
      'GET / HTTP/1.1\r\nHost: a b\r\nX-Forwarded-Host: a\r\n\r\n',
      400,
      'bad-host',
      /"a b" is no host/,
    ],
    ['a long one', `GET / HTTP/1.1\r\nHost: ${'a '.repeat(1000)}\r\n\r\n`, 400, 'bad-host', /^.{1,250}$/],
  ]);
});

describe('a target that can not be one is refused with what to encode', () => {
  table([
    ['a byte beyond ASCII', request('GET /\xe4 HTTP/1.1'), 400, 'bad-target', /0xE4: encode it as %E4/],
    ['a control character', request('GET /\x01 HTTP/1.1'), 400, 'bad-target', /0x01: encode it as %01/],
    ['no slash', request('GET foo HTTP/1.1'), 400, 'bad-target', /begin it with "\/"/],
    ['a URL of another scheme', request('GET ftp://a/b HTTP/1.1'), 400, 'bad-target', /no.* http URL/],
    ['a space', request('GET /a b HTTP/1.1'), 400, 'malformed-head', /%20/],
  ]);
});

describe('a head beyond its limits is refused with the limit', () => {
  table([
    ['bytes', request('GET / HTTP/1.1', `x: ${'x'.repeat(100_000)}`), 431, 'head-too-large', /65536 bytes/],
    ['target', request(`GET /${'x'.repeat(100_000)} HTTP/1.1`), 431, 'head-too-large', /65536 bytes/],
    [
      'headers',
      request('GET / HTTP/1.1', ...Array.from({ length: 4_000 }, () => 'a: b')),
      431,
      'head-too-large',
      /more than 256 headers/,
    ],
  ]);

  it('a head that does not come', async () => {
    // Time enough for what is sent to arrive.
    const edge = await openEdge({ tunables: { headTimeoutMs: 500 } });
    expect(await refused(edge, 'GET / HTTP/1.1\r\nHost:', 408, 'slow-head')).toMatch(/500 ms.*empty line/);
  });
});

describe('bytes of another protocol are recognized', () => {
  table([
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00', 400, 'not-http', /TLS.*http:\/\//],
    ['PROXY', `PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n${get('/')}`, 400, 'not-http', /PROXY protocol/],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505, 'bad-version', /HTTP\/1\.1/],
    ['HTTP/2 in words', request('GET / HTTP/2.0'), 505, 'bad-version', /HTTP\/2\.0 is not spoken/],
    ['HTTP/1.2', request('GET / HTTP/1.2'), 505, 'bad-version', /HTTP\/1\.1/],
    ['HTTP/0.9', 'GET /\r\n\r\n', 505, 'bad-version', /HTTP\/0\.9 is not spoken/],
  ]);
});

describe('a malformed head is refused with what the parser says', () => {
  table([
    ['a line of prose', 'nonsense\r\n\r\n', 400, 'malformed-head', /Name: value/],
    ['a method that is no token', request('A@B / HTTP/1.1'), 400, 'malformed-head', /method/],
    ['a header without colon', request('GET / HTTP/1.1', 'colon'), 400, 'malformed-head', /header token/],
    ['a space before the colon', request('GET / HTTP/1.1', 'a : b'), 400, 'malformed-head', /header token/],
    ['a folded header', request('GET / HTTP/1.1', 'a: b\r\n c'), 400, 'malformed-head', /whitespace/],
    ['a control character', request('GET / HTTP/1.1', 'a: b\x00'), 400, 'malformed-head', /value char/],
    ['lines without CR', 'GET / HTTP/1.1\nHost: a\n\n', 400, 'malformed-head', /CRLF/],
    ['lower-case http', request('GET / http/1.1'), 400, 'malformed-head', /HTTP\/1\.1/],
  ]);

  it('that ends early', async () => {
    const edge = await openEdge();
    const client = connectTo(edge);
    client.socket.end('GET / HTTP/1.1\r\nHost: a\r\n');
    expect(parseAnswer(await client.closed())).toMatchObject({
      status: 400,
      text: expect.stringMatching(/ended before the head .*empty line/),
    });
  });
});

describe('framing that contradicts itself is refused', () => {
  const chunks = '5\r\nhello\r\n0\r\n\r\n';
  const chunked = 'Transfer-Encoding: chunked';
  table([
    ['length and chunks', post('Content-Length: 5', chunked) + chunks, 400, 'bad-framing', /not both/],
    ['chunks and length', post(chunked, 'Content-Length: 5') + chunks, 400, 'bad-framing', /not both/],
    [
      'different lengths',
      `${post('Content-Length: 5', 'Content-Length: 6')}hello!`,
      400,
      'bad-framing',
      /one Content-Length/,
    ],
    [
      'the same length twice',
      `${post('Content-Length: 5', 'Content-Length: 5')}hello`,
      400,
      'bad-framing',
      /one Content-Length/,
    ],
    ['a list of lengths', `${post('Content-Length: 5, 5')}hello`, 400, 'bad-framing', /one Content-Length/],
    ['a length with a sign', `${post('Content-Length: +5')}hello`, 400, 'bad-framing', /one Content-Length/],
    ['an endless length', post(`Content-Length: ${'9'.repeat(30)}`), 400, 'bad-framing', /overflow/],
    ['chunks twice', post(chunked, chunked) + chunks, 400, 'bad-framing', /Transfer-Encoding/],
    ['chunks within', post('Transfer-Encoding: chunked, gzip') + chunks, 400, 'bad-framing', /chunked/],
    [
      'a coding that is not understood',
      post('Transfer-Encoding: gzip, chunked') + chunks,
      501,
      'bad-framing',
      /"gzip, chunked" is not understood.*Content-Encoding/,
    ],
    [
      'one in a line of its own',
      post('Transfer-Encoding: gzip', chunked) + chunks,
      501,
      'bad-framing',
      /"gzip, chunked"/,
    ],
    ['one alone', `${post('Transfer-Encoding: gzip')}hello`, 501, 'bad-framing', /"gzip"/],
    ['no coding', `${post('Transfer-Encoding: identity')}hello`, 501, 'bad-framing', /"identity"/],
    [
      'chunks in HTTP/1.0',
      request('POST / HTTP/1.0', chunked) + chunks,
      400,
      'bad-framing',
      /HTTP\/1\.0 has no Transfer-Encoding/,
    ],
  ]);

  it('but any case of the word chunked is none', async () => {
    const edge = await openEdge();
    const client = connectTo(edge);
    client.send(post('Transfer-Encoding:  CHUNKED ') + chunks);
    await client.until('200 OK');
  });
});

describe('an expectation other than 100-continue is answered with 417', () => {
  table([
    [
      'another',
      post('Expect: 200-ok', 'Content-Length: 5'),
      417,
      'bad-expectation',
      /"200-ok".*100-continue/,
    ],
    [
      'one more',
      post('Expect: 100-continue, b', 'Content-Length: 5'),
      417,
      'bad-expectation',
      /continue, b"/,
    ],
    [
      'one in a second line',
      post('Expect: 100-continue', 'Expect: b', 'Content-Length: 5'),
      417,
      'bad-expectation',
      /continue, b"/,
    ],
  ]);

  it('but not in HTTP/1.0, which has none', async () => {
    const edge = await openEdge();
    const client = connectTo(edge);
    client.send(request('GET / HTTP/1.0', 'Expect: b'));
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a malformed body', () => {
  const bodies: readonly [string, string, number, RegExp][] = [
    ['a chunk without size', 'zz\r\n', 400, /chunk size/],
    ['a chunk beyond any size', 'ffffffffffffffffff\r\n', 400, /overflow/],
    ['extensions without end', `5;${'a=b;'.repeat(10_000)}\r\n`, 413, /extensions/],
    ['trailers that are none', '0\r\nno trailer\r\n\r\n', 400, /trailers/],
    ['trailers beyond the limit', `0\r\na: ${'x'.repeat(100_000)}\r\n\r\n`, 431, /65536 bytes/],
  ];

  it.each(bodies)('%s is answered, and ends the guest', async (_, bytes, status, text) => {
    const ended = Promise.withResolvers<unknown>();
    const edge = await openEdge({
      async handle({ body, signal }) {
        const aborted = new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
        try {
          for (;;) {
            await body.ready();
            if (body.read(1024) === undefined) break;
          }
        } catch (error) {
          await aborted;
          ended.resolve([error, signal.reason]);
          throw error;
        }
      },
    });
    const client = connectTo(edge);
    client.send(`${post('Transfer-Encoding: chunked')}2\r\nok\r\n${bytes}`);
    const answered = parseAnswer(await client.closed());
    expect(answered.status).toBe(status);
    expect(answered.text).toMatch(text);
    expect(answered.headers.get('connection')).toBe('close');
    expect(await ended.promise).toMatchObject([
      { name: 'HttpFailure', code: { tag: 'HTTP-protocol-error' } },
      { name: 'MalformedBodyError' },
    ]);
    expect(edge.counted).toHaveLength(1);
    expect(edge.logger.records).toHaveLength(1);
  });

  it('ends a response that has begun, visibly', async () => {
    const edge = await openEdge({
      async handle({ responder, body }) {
        responder.start({ status: 200, headers: [] }).write(Buffer.from('begun'));
        for (;;) {
          await body.ready();
          if (body.read(1024) === undefined) break;
        }
        responder.finish();
      },
    });
    const client = connectTo(edge);
    client.send(post('Transfer-Encoding: chunked'));
    await client.until('begun');
    client.send('zz\r\n');
    const received = await client.closed();
    expect(received).not.toContain('400');
    expect(received).not.toMatch(/0\r\n\r\n$/);
  });

  it('after the answer only closes the connection', async () => {
    const edge = await openEdge();
    const client = connectTo(edge);
    client.send(post('Transfer-Encoding: chunked'));
    await client.until('handled');
    client.send('zz\r\n');
    expect((await client.closed()).match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('that ends early is answered, but is no refusal: clients give uploads up', async () => {
    const edge = await openEdge({ handle: ({ body }) => body.ready() });
    const client = connectTo(edge);
    client.socket.end(post('Content-Length: 5'));
    expect(parseAnswer(await client.closed())).toMatchObject({
      status: 400,
      text: expect.stringMatching(/ended before the body/),
    });
    expect(edge.counted).toEqual([]);
  });
});

describe('a refusal', () => {
  const unreadable = request('LIST /2 HTTP/1.1');
  const unusable = 'GET /2 HTTP/1.1\r\n\r\n';

  it.each([unreadable, unusable, request('CONNECT a:1 HTTP/1.1')])(
    'comes after the answers to what was sent before it: %j',
    async (second) => {
      const mayAnswer = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      const edge = await openEdge({
        async handle(exchange) {
          arrived.resolve();
          await mayAnswer.promise;
          answer(exchange, 'the first');
        },
      });
      const client = connectTo(edge);
      client.send(get('/1') + second + get('/3'));
      await arrived.promise;
      expect(client.received).toBe('');
      mayAnswer.resolve();
      expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 [\s\S]*the first(?:HTTP\/1\.1 [45]0[01] )/);
      expect(edge.handled).toEqual(['/1']);
    },
  );

  it.each([
    ['unreadable', `LIST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n`],
    ['unusable', 'POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n'],
  ])('reaches a client that is still sending (%s)', async (_, head) => {
    const edge = await openEdge();
    const client = connectTo(edge);
    // Reads nothing until it has sent everything: a reset would take the answer away.
    client.socket.pause();
    client.send(head);
    client.send('x'.repeat(1_000_000));
    await client.sent();
    client.socket.resume();
    expect(await client.closed()).toMatch(/HTTP\/1\.1 (?:400|501) [\s\S]*content-length: (\d+)/);
    expect(client.error).toBeUndefined();
  });

  it('does not wait for a client that goes on sending', async () => {
    const edge = await openEdge({ tunables: { lingerMs: 1 } });
    const client = connectTo(edge);
    const send = (): void => {
      if (client.socket.writable) client.socket.write('x'.repeat(1_000), send);
    };
    client.send(unreadable);
    send();
    await client.closed();
  });

  it('is read on no further than most clients need to see it, of one that sends without end', async () => {
    const served: Socket[] = [];
    const watch = (message: unknown): void => void served.push((message as { socket: Socket }).socket);
    subscribe('net.server.socket', watch);
    try {
      const client = connectTo(await openEdge({ tunables: { lingerMs: 300 } }));
      const sendOn = (): void => {
        if (client.socket.writable) client.socket.write(`a: ${'x'.repeat(60_000)}\r\n`, sendOn);
      };
      client.send('GET / HTTP/1.1\r\n');
      sendOn();
      expect(await client.closed()).toMatch(/^HTTP\/1.1 431 /);
      expect(served).toHaveLength(1);
      expect(served[0]?.bytesRead).toBeLessThan(1_500_000);
    } finally {
      unsubscribe('net.server.socket', watch);
    }
  });

  it('has no body for HEAD', async () => {
    const edge = await openEdge();
    const client = connectTo(edge);
    client.send('HEAD / HTTP/1.1\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\n$/);
  });

  it('does not disturb other connections', async () => {
    const edge = await openEdge();
    const other = connectTo(edge);
    other.send(get('/1'));
    await other.until('handled');
    const client = connectTo(edge);
    client.send(unreadable);
    await client.closed();
    other.send(get('/2'));
    await other.until(/handled[\s\S]*handled/);
  });
});

describe('what is not refused', () => {
  it('is a connection that was never used: it is closed', async () => {
    const edge = await openEdge({ tunables: { headTimeoutMs: 20 } });
    expect(await connectTo(edge).closed()).toBe('');
    expect(edge.counted).toEqual([]);
  });

  it('is what comes after a request that was to be the last', async () => {
    const edge = await openEdge();
    const client = connectTo(edge);
    client.send(`${request('GET / HTTP/1.1', 'Connection: close')}more`);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 [\s\S]*handled\n$/);
    expect(edge.counted).toEqual([]);
  });

  it('is a client that resets its connection', async () => {
    const gone = Promise.withResolvers<void>();
    const edge = await openEdge({
      handle: ({ signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            gone.resolve();
            reject(signal.reason);
          }),
        ),
    });
    const client = connectTo(edge);
    client.send(post('Content-Length: 5'));
    await client.sent();
    await expect.poll(() => edge.handled.length).toBe(1);
    client.socket.resetAndDestroy();
    await gone.promise;
    expect(edge.counted).toEqual([]);
    expect(edge.logger.records).toEqual([]);
  });
});
