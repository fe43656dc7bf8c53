import { createHash } from 'node:crypto';
import { createServer, type Server as HttpServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@wasmlattice/rpc';
import { type HttpFields, type HttpRequest, httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import { createNatsInvoker, createNatsServer, type NatsInvoker } from '@wasmlattice/rpc/nats';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { callByHand, type ForeignCall, string } from '../src/foreign-caller.js';
import { serveHttpClient } from '../src/http-client-provider.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
  const { host, lattice } = scenario;
  await startComponent(lattice, host, { id: 'probe', wasm: paths.probe, maxInstances: 1 });
});
afterAll(() => scenario?.[Symbol.asyncDispose]());

const pending = '00 00';
const get = '00';
const post = '02';
const http = '01 00';
const authority = `01 ${string('localhost:8000')}`;
const none = '00';
const noFields = '00';

function path(text: string): string {
  return `01 ${string(text)}`;
}

describe('a foreign HTTP server', () => {
  const subject = 'default.probe.wrpc.0.0.1.wrpc:http/incoming-handler@0.1.0.handle';

  function call(request: string): Promise<ForeignCall> {
    return callByHand(scenario.lattice.connection, subject, request);
  }

  /** A request without body: end of params, of the body and of the trailers. */
  async function callWithoutBody(request: string): Promise<ForeignCall> {
    const made = await call(request);
    made.send('', '');
    made.send('.0.0', '00');
    made.send('.0.0', '');
    made.send('.0.1', none);
    made.send('.0.1', '');
    made.send('.0', '');
    return made;
  }

  function hex(spaced: string): string {
    return spaced.replaceAll(' ', '');
  }

  it('gets the bytes of a response as the protocol has them', async () => {
    const headers = `01 ${string('host')} 01 ${string('localhost:8000')}`;
    const made = await callWithoutBody(`${pending} ${get} ${path('/hello')} ${http} ${authority} ${headers}`);
    const contentType = `01 ${string('content-type')} 01 ${string('text/plain')}`;
    expect((await made.results('')).hex).toBe(hex(`00 ${pending} c8 01 ${contentType}`));
    expect((await made.results('.0.0')).hex).toBe(hex(`${string('hello\n')} 00`));
    expect((await made.results('.0.1')).hex).toBe(none);
  });

  it('sends a body in chunks, cut anywhere, with trailers, and gets the head before the body is complete', async () => {
    const made = await call(`${pending} ${post} ${path('/echo')} ${http} ${authority} ${noFields}`);
    made.send('', '');
    expect((await made.results('')).hex).toBe(hex(`00 ${pending} c8 01 00`));
    made.send('.0.0', `${string('hello')} 06 20`);
    made.send('.0.0', Buffer.from('world').toString('hex'));
    made.send('.0.0', '00');
    made.send('.0.0', '');
    const trailers = `01 01 ${string('x-sum')} 01 ${string('1')}`;
    made.send('.0.1', trailers);
    made.send('.0.1', '');
    const body = (await made.results('.0.0')).hex;
    expect(textOfChunks(body)).toBe('hello world');
    expect((await made.results('.0.1')).hex).toBe(hex(trailers));
  });

  it('gets the error-code of a guest', async () => {
    const made = await callWithoutBody(
      `${pending} ${get} ${path('/error')} ${http} ${authority} ${noFields}`,
    );
    expect((await made.results('')).hex).toBe(hex(`01 26 01 ${string('on request')}`));
  });

  it.each([
    ['whose guest traps', `${get} ${path('/trap')} ${http} ${authority} ${noFields}`, /failed/],
    [
      'whose guest gives no answer',
      `${get} ${path('/no-response')} ${http} ${authority} ${noFields}`,
      /did not answer/,
    ],
    ['without a scheme', `${get} ${path('/hello')} ${none} ${authority} ${noFields}`, /no scheme/],
    ['without an authority', `${get} ${path('/hello')} ${http} ${none} ${noFields}`, /no authority/],
    [
      'with a header name twice',
      `${get} ${path('/hello')} ${http} ${authority} 02 ${string('a')} 01 ${string('1')} ${string('A')} 01 ${string('2')}`,
      /field a/,
    ],
  ])('sees the results end early for a request %s', async (_, request, reason) => {
    const made = await callWithoutBody(`${pending} ${request}`);
    const { hex: received, endHeaders } = await made.results('');
    expect(received).toBe('');
    expect(endHeaders?.get('wasmlattice-error')).toMatch(reason);
  });

  it('sees a body end early when the guest traps after the head', async () => {
    const made = await callWithoutBody(
      `${pending} ${get} ${path('/trap-after-head')} ${http} ${authority} ${noFields}`,
    );
    expect((await made.results('')).hex).toBe(hex(`00 ${pending} c8 01 00`));
    expect((await made.results('.0.0')).hex).toBe(hex(string('begun')));
  });
});

describe('a client of ours', () => {
  const size = 20 * 1024 * 1024;
  const chunkSize = 100_000;
  let invoker: NatsInvoker;

  beforeAll(() => {
    invoker = createNatsInvoker({ connection: scenario.lattice.connection, lattice: 'default' });
  });
  afterAll(() => invoker?.close());

  async function handle(request: Partial<HttpRequest>): Promise<Response> {
    const client = createClient(invoker, { target: 'probe', interface: httpIncomingHandler });
    const answer = await client.handle({
      body: noChunks(),
      trailers: Promise.resolve(undefined),
      method: { tag: 'get' },
      pathWithQuery: '/',
      scheme: { tag: 'HTTP' },
      authority: 'localhost:8000',
      headers: [],
      ...request,
    });
    if (answer.tag === 'err') throw new Error(`error-code ${answer.val.tag}`);
    return answer.val;
  }

  it('streams 20 MB through a component and back', async () => {
    const sent = createHash('sha256');
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let left = size, seed = 1; left > 0; left -= chunkSize) {
        const chunk = Buffer.alloc(Math.min(chunkSize, left), `${seed++} `);
        sent.update(chunk);
        yield chunk;
      }
    }
    const { status, body: echo } = await handle({
      method: { tag: 'post' },
      pathWithQuery: '/echo',
      body: body(),
    });
    const received = createHash('sha256');
    let bytes = 0;
    for await (const chunk of echo) {
      received.update(chunk);
      bytes += chunk.length;
    }
    expect({ status, bytes }).toEqual({ status: 200, bytes: size });
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  it('ends the guest by leaving its response, which frees the only instance', async () => {
    const endless = await handle({ pathWithQuery: '/big?bytes=100000000000' });
    for await (const chunk of endless.body) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const { status } = await handle({ pathWithQuery: '/hello' });
    expect(status).toBe(200);
  });
});

/** Starts a component that forwards requests, in any lattice; `target` gets its outgoing ones. */
async function startFetcher({ host, lattice }: Scenario, id: string, target?: string): Promise<string> {
  await startComponent(lattice, host, { id, wasm: paths.fetcher, maxInstances: 4 });
  if (target !== undefined) {
    await putLink(lattice, { source: id, target, interface: 'wasi:http/outgoing-handler' });
  }
  return serveHttp(lattice, host, id, await freePort());
}

/** The status and body of what a fetcher makes of a request of its own. */
async function forward(url: string, to: string, limit = ''): Promise<{ status: number; code: unknown }> {
  const response = await fetch(`${url}/?to=${to}${limit}`);
  return { status: response.status, code: await response.json() };
}

describe('a component that sends HTTP requests', () => {
  let origin: HttpServer;
  let originAddress: string;

  beforeAll(async () => {
    origin = createServer((request, response) => {
      if (request.url === '/silent') return;
      response.writeHead(203, { trailer: 'x-sum', 'x-method': request.method, 'set-cookie': ['a=1', 'b=2'] });
      // The guest reads nothing of the response before all of its request is out.
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        for (const part of parts) response.write(part);
        response.addTrailers({ 'x-sum': request.trailers['x-sum'] ?? 'absent' });
        response.end();
      });
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    originAddress = `127.0.0.1:${(origin.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    origin?.closeAllConnections();
    origin?.close();
  });

  it('gets an error-code that says which link to put', async () => {
    const url = await startFetcher(scenario, 'unlinked');
    expect(await forward(url, `${originAddress}/`)).toEqual({
      status: 502,
      code: {
        tag: 'internal-error',
        val: expect.stringMatching(/source_id 'unlinked'.*'wasi'.*'http'.*'outgoing-handler'/),
      },
    });
  });

  it('gets an error-code while nobody serves the target of its link', async () => {
    const url = await startFetcher(scenario, 'lonely', 'nobody');
    expect(await forward(url, `${originAddress}/`)).toEqual({
      status: 502,
      code: {
        tag: 'internal-error',
        val: expect.stringMatching(/nobody by link default: nobody is listening/),
      },
    });
  });

  describe('and has a provider for them', () => {
    let url: string;
    beforeAll(async () => {
      url = await startServed(scenario);
    });

    async function startServed(where: Scenario): Promise<string> {
      const server = createNatsServer({ connection: where.lattice.connection, lattice: 'default' });
      await serveHttpClient(server, 'http-client');
      return startFetcher(where, 'fetcher', 'http-client');
    }

    it('passes method, headers, body and trailers on, and the same of the response back', async () => {
      const response = await put({ trailers: { 'x-sum': '12' }, chunks: ['hello ', 'world\n'] });
      expect(response).toEqual({
        status: 203,
        method: 'PUT',
        cookies: ['a=1', 'b=2'],
        trailers: { 'x-sum': '12' },
        text: 'hello world\n',
      });
    });

    it('streams 20 MB in both directions', async () => {
      const chunk = 'x'.repeat(1024 * 1024);
      const { text } = await put({ chunks: Array.from({ length: 20 }, () => chunk) });
      expect(text).toHaveLength(20 * 1024 * 1024);
    });

    it('gets the error-code of the provider', async () => {
      const closedPort = await freePort();
      const refused = { tag: 'connection-refused' };
      expect(await forward(url, `127.0.0.1:${closedPort}/`)).toEqual({ status: 502, code: refused });
    });

    it('limits the wait for the first byte', async () => {
      const late = { tag: 'connection-read-timeout' };
      expect(await forward(url, `${originAddress}/silent`, '&firstByteMs=50')).toEqual({
        status: 502,
        code: late,
      });
    });

    it('gets an error-code when the connection to NATS drops', async () => {
      await using own = await startScenario();
      const ownUrl = await startServed(own);
      const arrived = new Promise((resolve) => origin.once('request', resolve));
      const answer = forward(ownUrl, `${originAddress}/silent`);
      await arrived;
      await own.nats[Symbol.asyncDispose]();
      expect(await answer).toEqual({ status: 502, code: { tag: 'connection-terminated' } });
    });

    function put(options: {
      readonly chunks: readonly string[];
      readonly trailers?: Readonly<Record<string, string>>;
    }): Promise<PutAnswer> {
      return new Promise((resolve, reject) => {
        const outgoing = sendRequest(`${url}/?to=${originAddress}/echo`, { method: 'PUT' }, (response) => {
          const parts: Buffer[] = [];
          response.on('error', reject);
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              method: response.headers['x-method'],
              cookies: response.headers['set-cookie'],
              trailers: response.trailers,
              text: Buffer.concat(parts).toString(),
            }),
          );
        });
        outgoing.on('error', reject);
        for (const chunk of options.chunks) outgoing.write(chunk);
        if (options.trailers) outgoing.addTrailers(options.trailers);
        outgoing.end();
      });
    }
  });
});

interface PutAnswer {
  readonly status: number;
  readonly method: string | string[] | undefined;
  readonly cookies: readonly string[] | undefined;
  readonly trailers: NodeJS.Dict<string>;
  readonly text: string;
}

interface Response {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly trailers: Promise<HttpFields | undefined>;
}

async function* noChunks(): AsyncGenerator<Uint8Array> {}

/** The text of a `stream<u8>` whose chunks are shorter than 128 bytes; fails without its end marker. */
function textOfChunks(hex: string): string {
  const all = Buffer.from(hex, 'hex');
  let text = '';
  let position = 0;
  while (all[position] !== 0) {
    const length = all[position];
    if (length === undefined) throw new Error(`${hex} has no end of stream`);
    text += all.subarray(position + 1, position + 1 + length).toString();
    position += 1 + length;
  }
  expect(position).toBe(all.length - 1);
  return text;
}
