import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, startComponent, stopComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { startHttpLoad } from '../src/http-load.js';
import { paths } from '../src/paths.js';
import { peakMemory, resetPeakMemory } from '../src/process-memory.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
/** Has the built-in HTTP server. */
let front: HostProcess;
let back: HostProcess;
let url: string;
const args = ['--serving-threads', '2'];

beforeAll(async () => {
  scenario = await startScenario({ args });
  const { nats, lattice } = scenario;
  front = scenario.host;
  back = await startHost({ nats, args });
  await startProbe(back);
  url = await serveHttp(lattice, front, 'probe', await freePort());
});
afterAll(async () => {
  await back?.[Symbol.asyncDispose]();
  await scenario?.[Symbol.asyncDispose]();
});

async function startProbe(host: HostProcess): Promise<void> {
  await startComponent(scenario.lattice, host, { id: 'probe', wasm: paths.probe, maxInstances: 4 });
}

describe('the HTTP server of one host, its component on another', () => {
  it('says what to check while the component runs nowhere, and answers as soon as it runs', async () => {
    const { lattice } = scenario;
    const helloUrl = await serveHttp(lattice, front, 'hello', await freePort());
    const refused = await fetch(helloUrl);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.text()).toMatch(
      /'hello' is not running on any host.*check that it is started.*'http-hello'/,
    );
    await startComponent(lattice, back, { id: 'hello', wasm: paths.hello });
    expect((await fetch(helloUrl)).status).toBe(200);
  });

  it('shows the guest the request as it was sent', async () => {
    const response = await fetch(`${url}/headers?a=1`, { method: 'PUT', headers: { 'x-one': '1' } });
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      path: '/headers?a=1',
      scheme: 'HTTP',
      authority: url.slice('http://'.length),
      headers: expect.arrayContaining([['x-one', '1']]),
    });
  });

  it('passes body and trailers on, both ways', async () => {
    const request = httpRequest(`${url}/echo`, { method: 'POST', headers: { trailer: 'x-sum' } });
    request.write('hello ');
    request.addTrailers({ 'x-sum': '42' });
    request.end('world');
    const { status, text, trailers } = await answerTo(request);
    expect({ status, text, trailers }).toEqual({
      status: 200,
      text: 'hello world',
      trailers: { 'x-sum': '42' },
    });
  });

  it('begins the answer before the request is complete', async () => {
    const request = httpRequest(`${url}/echo`, { method: 'POST' });
    request.write('first');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
    expect(await chunks.next()).toEqual({ done: false, value: 'first' });
    request.end('last');
    expect(await chunks.next()).toEqual({ done: false, value: 'last' });
    expect((await chunks.next()).done).toBe(true);
  });

  it('streams 500 MB there and back without either host growing by its size', async () => {
    const { lattice } = scenario;
    await startComponent(lattice, back, { id: 'echo', wasm: paths.echo });
    const echoUrl = await serveHttp(lattice, front, 'echo', await freePort());
    const megabytes = 500;
    // Heaps and buffers grow to what streaming takes, whatever the size; what is kept of a body would show after that.
    await echo(echoUrl, 100);
    const pids = [front.child.pid, back.child.pid];
    const before = await Promise.all(pids.map(resetPeakMemory));
    const { sent, received } = await echo(echoUrl, megabytes);
    expect(received).toEqual(sent);
    const after = await Promise.all(pids.map(peakMemory));
    for (const [index, peak] of after.entries()) {
      expect(peak - (before[index] ?? 0)).toBeLessThan((megabytes * 1024 * 1024) / 2);
    }
  });

  it('ends the guest of a client that leaves, which frees its instance', async () => {
    const left = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const request = httpRequest(`${url}/big?bytes=100000000000`).end();
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        await once(response, 'data');
        return response;
      }),
    );
    for (const response of left) response.destroy();
    expect((await fetch(`${url}/hello`)).status).toBe(200);
  });

  it.each([
    ['/trap', 500, 'failed'],
    ['/no-response', 500, 'failed'],
    ['/error', 500, 'error-code internal-error'],
  ])('answers for a guest that fails: %s', async (path, status, text) => {
    const response = await fetch(`${url}${path}`);
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(new RegExp(`"probe".*${text}`));
  });

  it('never lets a response look complete that is not', async () => {
    const seen = await answerTo(httpRequest(`${url}/trap-after-head`).end()).then(
      ({ status }) => status,
      () => 'incomplete',
    );
    expect([500, 'incomplete']).toContain(seen);
  });

  it('answers 504 for a guest beyond its deadline', async () => {
    await startComponent(scenario.lattice, back, {
      id: 'late',
      wasm: paths.probe,
      limits: { max_execution_time: '1' },
    });
    const lateUrl = await serveHttp(scenario.lattice, front, 'late', await freePort());
    const response = await fetch(`${lateUrl}/slow?ms=100000`);
    expect(response.status).toBe(504);
  });
});

describe('a component that moves between hosts under load', () => {
  it('loses no request and no connection', async () => {
    const { lattice } = scenario;
    const load = startHttpLoad(`${url}/hello`, 16);
    await load.answers(200);
    for (const [to, from] of [
      [front, back],
      [back, front],
    ] as const) {
      await startProbe(to);
      await stopComponent(lattice, from, { id: 'probe', wasm: paths.probe });
      await load.answers(200);
    }
    expect(await load.end()).toEqual({ statuses: new Set([200]), connections: 16 });
  });

  it('is answered on the host of the server while it runs there', async () => {
    await startProbe(front);
    const before = front.child.output().length;
    await fetch(`${url}/log?text=here`);
    await front.child.waitForOutput((text) => text.includes('here'), before);
    await stopComponent(scenario.lattice, front, { id: 'probe', wasm: paths.probe });
  });
});

describe('a host that is killed', () => {
  /** Resolves when the host of the server has asked, of so many calls, whether their peer is there. */
  async function watched(calls: number): Promise<void> {
    const { connection } = scenario.lattice;
    const asked = new Set<string>();
    const enough = Promise.withResolvers<void>();
    const subscription = connection.subscribe('_INBOX.*.*.alive', {
      callback: (_, { subject }) => {
        if (asked.add(subject).size === calls) enough.resolve();
      },
    });
    await enough.promise;
    // Who listens there is somebody for a peer.
    subscription.unsubscribe();
    await connection.flush();
  }

  it('does not leave the clients of another waiting', async () => {
    const { nats, lattice } = scenario;
    await using killed = await startHost({ nats, args });
    await startComponent(lattice, killed, { id: 'killed', wasm: paths.probe, maxInstances: 2 });
    const url = await serveHttp(lattice, front, 'killed', await freePort());
    const [response] = (await once(httpRequest(`${url}/big?bytes=100000000000`).end(), 'response')) as [
      IncomingMessage,
    ];
    const waiting = fetch(`${url}/slow?ms=100000`);
    await watched(2);
    killed.child.signal('SIGKILL');
    const read = async (): Promise<void> => {
      for await (const _ of response);
    };
    await Promise.all([
      expect(waiting).resolves.toMatchObject({ status: 503 }),
      expect(read()).rejects.toThrow('aborted'),
    ]);
  });
});

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly trailers: NodeJS.Dict<string>;
}

async function answerTo(request: ClientRequest): Promise<Answered> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, text, trailers: response.trailers };
}

interface Digest {
  readonly bytes: number;
  readonly hash: string;
}

/** Sends megabytes at the pace the other side takes them. */
async function echo(
  to: string,
  megabytes: number,
): Promise<{ readonly sent: Digest; readonly received: Digest }> {
  const request = httpRequest(to, { method: 'POST', agent: new Agent() });
  const send = async (): Promise<Digest> => {
    const hash = createHash('sha256');
    for (let seed = 0; seed < megabytes; seed++) {
      const chunk = Buffer.alloc(1024 * 1024, `${seed} `);
      hash.update(chunk);
      if (!request.write(chunk)) await once(request, 'drain');
    }
    request.end();
    return { bytes: megabytes * 1024 * 1024, hash: hash.digest('hex') };
  };
  const receive = async (): Promise<Digest> => {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, hash: hash.digest('hex') };
  };
  const [sent, received] = await Promise.all([send(), receive()]);
  return { sent, received };
}
