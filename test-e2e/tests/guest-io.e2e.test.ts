import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { serveHttpClient } from '../src/http-client-provider.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

/** One thread: what holds it holds all. */
const args = ['--serving-threads', '1', '--log-level', 'info'];

let scenario: Scenario;
/** Has the HTTP server of a component that runs on the other host. */
let front: HostProcess;
let probe: string;
let neighbour: string;
/** The same component over wRPC. */
let elsewhere: string;

beforeAll(async () => {
  scenario = await startScenario({ args });
  const { host, lattice, nats } = scenario;
  front = await startHost({ nats, args });
  await startComponent(lattice, host, { id: 'probe', wasm: paths.probe, maxInstances: 8 });
  await startComponent(lattice, host, { id: 'neighbour', wasm: paths.hello, maxInstances: 2 });
  await startComponent(lattice, host, { id: 'remote', wasm: paths.probe, maxInstances: 8 });
  probe = await serveHttp(lattice, host, 'probe', await freePort());
  neighbour = await serveHttp(lattice, host, 'neighbour', await freePort());
  elsewhere = await serveHttp(lattice, front, 'remote', await freePort());
});
afterAll(async () => {
  await front?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
});

/** A client that decides when which bytes leave, and sees those that come. */
class RawClient implements Disposable {
  readonly #socket: Socket;
  #received = '';

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  async waitFor(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      if (this.#socket.readableEnded || this.#socket.destroyed)
        throw new Error(`it ended with: ${this.#received}`);
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'end')]);
    }
    return this.#received;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Neighbours of the guest are answered, one after the other. */
async function askNeighbours(): Promise<void> {
  for (let i = 0; i < 50; i++) {
    const answer = await fetch(neighbour);
    await answer.text();
    expect(answer.status).toBe(200);
  }
}

describe('a guest that asks in a loop and never waits', () => {
  const ways = ['ready', 'new-pollables', 'poll', 'read'];

  it.each(
    ways.flatMap((by) => [
      [by, 'over HTTP', ''],
      [by, 'over HTTP', 'expect: 100-continue'],
      [by, 'over wRPC', ''],
      [by, 'over wRPC', 'expect: 100-continue'],
    ]),
  )(
    'for the body of its request by %s gets it in two halves, while its neighbours are served; %s %s',
    async (by, transport, header) => {
      using client = new RawClient(transport === 'over HTTP' ? probe : elsewhere);
      client.send(
        `POST /spin-on-body?by=${by} HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n${header && `${header}\r\n`}\r\n`,
      );
      if (header !== '') await client.waitFor(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
      await askNeighbours();
      client.send('first ');
      await askNeighbours();
      client.send('half.');
      expect(await client.waitFor(/half\./)).toMatch(/HTTP\/1\.1 200 OK\r\n.*first half\./s);
    },
  );

  it('for trailers gets them', async () => {
    using client = new RawClient(probe);
    client.send(
      'POST /spin-on-trailers HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n',
    );
    await askNeighbours();
    client.send('0\r\nx-sum: 42\r\n\r\n');
    expect(await client.waitFor(/\]\]/)).toContain('[["x-sum","42"]]');
  });

  it('for room in its response fills it at the pace of its client', async () => {
    const bytes = 20_000_000;
    const answer = await fetch(`${probe}/spin-on-room?bytes=${bytes}`);
    // Until the client reads, it is stuck.
    await askNeighbours();
    let received = 0;
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) received += chunk.length;
    expect(received).toBe(bytes);
  });
});

describe.each([
  ['over HTTP', () => probe],
  ['over wRPC', () => elsewhere],
])('a body that a guest writes before it sets its response, %s', (_, url) => {
  const twoMiB = 2 * 1024 * 1024;

  it.each([
    ['65,537 bytes in one write', 65_537, 65_537, 'write'],
    ['2 MiB in one write', twoMiB, twoMiB, 'write'],
    ['2 MiB in pieces', twoMiB, 4096, 'write'],
    ['2 MiB in blocking writes', twoMiB, 4096, 'blocking'],
  ])('of %s arrives', async (_, bytes, piece, by) => {
    const answer = await fetch(`${url()}/before-set?bytes=${bytes}&piece=${piece}&by=${by}`);
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBe(bytes);
  });

  it.each([
    [4096, 'write'],
    [4096, 'blocking'],
    [65_536, 'write'],
  ])(
    'of more than 2 MiB, in pieces of %s by %s, fails and says in which order to write',
    async (piece, by) => {
      const answer = await fetch(`${url()}/before-set?bytes=${twoMiB + 1}&piece=${piece}&by=${by}`);
      expect(answer.status).toBe(500);
      expect(await answer.text()).toContain('call response-outparam.set before writing the rest');
    },
  );
});

describe('a response body that a guest neither finished nor dropped', () => {
  it.each([
    ['over HTTP', 'probe', () => probe],
    ['over wRPC', 'remote', () => elsewhere],
  ])('ends normally when the guest returns, with one warning; %s', async (_, component, url) => {
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(`${url()}/unfinished?bytes=200000`);
      expect(answer.status).toBe(200);
      expect((await answer.text()).length).toBe(200_000);
    }
    const { child } = scenario.host;
    const warning = new RegExp(`component ${component} returned without finishing a response body`, 'g');
    await child.waitForLine(new RegExp(warning.source));
    expect(child.output().match(warning)).toHaveLength(1);
  });
});

describe('an upload', () => {
  const bytes = 1024 * 1024;
  let url: string;
  let origin: HttpServer;
  let originAddress: string;
  const uploads: PromiseWithResolvers<number>[] = [];

  beforeAll(async () => {
    const { host, lattice } = scenario;
    const server = createNatsServer({ connection: lattice.connection, lattice: 'default' });
    await serveHttpClient(server, 'http-client');
    await startComponent(lattice, host, { id: 'uploader', wasm: paths.fetcher, maxInstances: 4 });
    await putLink(lattice, {
      source: 'uploader',
      target: 'http-client',
      interface: 'wasi:http/outgoing-handler',
    });
    url = await serveHttp(lattice, host, 'uploader', await freePort());
    origin = createServer((request, response) => {
      const upload = Promise.withResolvers<number>();
      uploads.push(upload);
      let received = 0;
      response.writeHead(202).flushHeaders();
      request.on('data', (part: Buffer) => {
        received += part.length;
      });
      request.on('close', () => upload.resolve(received));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    originAddress = `127.0.0.1:${(origin.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    origin?.closeAllConnections();
    origin?.close();
  });

  async function upload(to: string, query: string): Promise<[status: number, text: string]> {
    const answer = await fetch(`${url}/upload?to=${encodeURIComponent(to)}&${query}`);
    return [answer.status, await answer.text()];
  }

  describe.each(['drop', 'keep', 'ignore'])('whose guest does this with the response: %s', (response) => {
    it.each([
      ['in this host', () => probe, 1],
      ['behind the HTTP server of another host', () => elsewhere, 1],
    ])('is delivered whole to a component %s', async (_, to) => {
      const { child } = scenario.host;
      const before = child.output().length;
      expect(
        await upload(`${to().slice('http://'.length)}/take`, `bytes=${bytes}&response=${response}`),
      ).toEqual([200, `sent ${bytes}`]);
      await child.waitForOutput((text) => text.includes(`took ${bytes} bytes`), before);
    });

    it('is delivered whole to an HTTP server', async () => {
      const from = uploads.length;
      expect(await upload(`${originAddress}/`, `bytes=${bytes}&response=${response}`)).toEqual([
        200,
        `sent ${bytes}`,
      ]);
      await expect.poll(() => uploads.length).toBe(from + 1);
      expect(await uploads[from]?.promise).toBe(bytes);
    });
  });

  it('is not lost in silence when its reader fails and the guest has dropped the response', async () => {
    const { child } = scenario.host;
    const before = child.output().length;
    const to = `${probe.slice('http://'.length)}/take?trapAfter=600000`;
    const [status, text] = await upload(to, `bytes=${bytes}&response=drop`);
    // It fails to finish, or, where that is too early to know, the log has it.
    if (status === 200)
      await child.waitForOutput((out) => out.includes('a request of component uploader'), before);
    else expect(text).toMatch(/error|terminated/);
  });

  it('may be written before handle, up to 2 MiB; its response comes although the guest asks in a loop', async () => {
    const from = uploads.length;
    const all = 3 * 1024 * 1024;
    const before = 2 * 1024 * 1024;
    expect(await upload(`${originAddress}/`, `bytes=${all}&before=${before}`)).toEqual([
      200,
      `sent ${all}, status 202`,
    ]);
    expect(await uploads[from]?.promise).toBe(all);
  });

  it('fails beyond 2 MiB before handle, and says in which order to write', async () => {
    const [status, text] = await upload(`${originAddress}/`, `bytes=${3_000_000}&before=${3_000_000}`);
    expect(status).toBe(500);
    expect(text).toContain('call outgoing-handler.handle before writing the rest');
  });
});
