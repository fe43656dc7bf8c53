import { copyFile } from 'node:fs/promises';
import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createTempDir, freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { peakMemory, resetPeakMemory } from '../src/process-memory.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let url: string;
let port: number;
const agent = new Agent({ keepAlive: true, maxSockets: 128 });

beforeAll(async () => {
  scenario = await startScenario({ args: ['--log-level', 'debug'] });
  const { host, lattice } = scenario;
  await lattice.succeed('config.put.probe-config', { greeting: 'hello', other: 'x' });
  await startComponent(lattice, host, {
    id: 'probe',
    wasm: paths.probe,
    maxInstances: 4,
    config: ['probe-config'],
    limits: { max_execution_time: '20' },
  });
  port = await freePort();
  url = await serveHttp(lattice, host, 'probe', port);
});
afterAll(async () => {
  agent.destroy();
  await scenario?.[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: NodeJS.Dict<string>;
  readonly text: string;
}

async function get(path: string): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(`${url}${path}`, { agent }, resolve).once('error', reject).end();
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    trailers: response.trailers,
    text: Buffer.concat(chunks).toString(),
  };
}

describe('a component over HTTP', () => {
  it('answers', async () => {
    expect(await get('/hello')).toMatchObject({ status: 200, text: 'hello\n' });
  });

  it('sees the request as it was sent', async () => {
    const head = JSON.parse((await get('/headers?a=1')).text) as Record<string, unknown>;
    expect(head).toMatchObject({
      method: 'GET',
      path: '/headers?a=1',
      scheme: 'HTTP',
      authority: `127.0.0.1:${port}`,
    });
  });

  it('has no memory of earlier requests', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => get('/state')));
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 8 }, () => '1'));
  });

  it('reads its configuration, and changes of it without a restart', async () => {
    const { lattice } = scenario;
    expect(await get('/config?key=greeting')).toMatchObject({ status: 200, text: 'hello' });
    expect((await get('/config?key=absent')).status).toBe(404);
    await lattice.succeed('config.put.probe-config', { greeting: 'changed' });
    await expect.poll(async () => (await get('/config?key=greeting')).text, { interval: 20 }).toBe('changed');
  });

  it('sends trailers, and echoes those of a request', async () => {
    expect(await get('/trailers')).toMatchObject({ text: 'body\n', trailers: { 'x-probe': 'trailer' } });
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /echo HTTP/1.1\r\nhost: probe\r\nte: trailers\r\nconnection: close\r\ntransfer-encoding: chunked\r\n' +
        'trailer: x-sum\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 42\r\n\r\n',
    );
    let text = '';
    for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
    expect(text).toMatch(/hello/);
    expect(text).toMatch(/\r\n0\r\nx-sum: 42\r\n\r\n$/i);
  });

  it('writes stdout, stderr and wasi:logging to the log of the host, tagged with its id', async () => {
    const { child } = scenario.host;
    await get('/stdout?text=to-stdout');
    await get('/stderr?text=to-stderr');
    await get('/log?level=warn&text=to-log');
    for (const text of ['to-stdout', 'to-stderr', 'to-log']) {
      const [line] = await child.waitForLine(new RegExp(`.*${text}.*`));
      expect(line).toContain('probe');
    }
  });

  it('gets no more than max_instances requests at a time, and loses none of 64', async () => {
    const { child } = scenario.host;
    const before = child.output().length;
    const answers = await Promise.all(Array.from({ length: 64 }, () => get('/slow?ms=50')));
    expect(answers.every(({ status, text }) => status === 200 && text === 'waited 50 ms\n')).toBe(true);
    // By their times: lines of several threads come in any order. What ended in the same millisecond made room.
    const marksIn = (text: string): string[] =>
      [...text.matchAll(/^(\S+Z).*slow (begins|ends)/gm)].map(([, at, mark]) => `${at} ${mark}`);
    const marks = marksIn(await child.waitForOutput((text) => marksIn(text).length === 128, before))
      .map((mark) => mark.slice(0, 24) + (mark.endsWith('ends') ? ' 0' : ' 1'))
      .toSorted();
    let running = 0;
    const atOnce = marks.map((mark) => (running += mark.endsWith('1') ? 1 : -1));
    expect(Math.max(...atOnce)).toBe(4);
    expect(running).toBe(0);
  });
});

/** What comes back for `bytes` on a connection of their own, until that ends. */
async function exchangeBytes(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  let received = '';
  for await (const chunk of socket.setEncoding('latin1')) received += String(chunk);
  return received;
}

describe('a request that no component can be given', () => {
  it.each([
    ['LIST / HTTP/1.1\r\nHost: a', 501, 'the method LIST '],
    ['BAN / HTTP/1.1\r\nHost: a', 501, 'the method BAN '],
    ['FOO-BAR / HTTP/1.1\r\nHost: a', 501, 'the method FOO-BAR '],
    ['get / HTTP/1.1\r\nHost: a', 501, 'the method get '],
    ['CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443', 501, 'CONNECT is for proxies'],
    ['GET /no-host HTTP/1.1', 400, 'send a Host header'],
    ['GET /\xe4 HTTP/1.1\r\nHost: a', 400, 'encode it as %E4'],
    [`GET / HTTP/1.1\r\nHost: a\r\nx: ${'x'.repeat(100_000)}`, 431, 'longer than 65536 bytes'],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked', 400, 'not both'],
    ['POST / HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 1', 417, 'the expectation "more"'],
  ])('is answered with the reason, which is in the log: %.30j', async (head, status, reason) => {
    const { child } = scenario.host;
    const before = child.output().length;
    const received = await exchangeBytes(`${head}\r\n\r\n`);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).toMatch(/content-type: text\/plain/);
    expect(received).toMatch(/connection: close/i);
    expect(received.split('\r\n\r\n')[1]).toContain(reason);
    // No more than a few of one kind are logged in a minute.
    if (status !== 501) {
      const logged = await child.waitForOutput((text) => text.includes(reason), before);
      expect(logged).toContain(`127.0.0.1:${port}`);
    }
  });

  it('is none for a method that is merely unusual', async () => {
    const head = 'PROPFIND /answer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    expect(await exchangeBytes(head)).toMatch(/^HTTP\/1\.1 200 [\s\S]*x-method: other PROPFIND/);
  });

  it('is none for an upgrade, which is not taken', async () => {
    const head = 'GET /hello HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n';
    // Its end may come in a chunk of its own.
    expect(await exchangeBytes(head)).toMatch(/^HTTP\/1\.1 200 [\s\S]*hello\n(\r\n0\r\n\r\n)?$/);
  });
});

describe('what a component answers', () => {
  const ask = async (query: string, method = 'GET'): Promise<[head: string, body: string]> => {
    const received = await exchangeBytes(
      `${method} /answer?${query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    const [head = '', body = ''] = received.split(/\r\n\r\n(.*)/s);
    return [head, body];
  };

  it('with 204 has neither length nor content, whatever it wrote', async () => {
    const [head, body] = await ask('status=204&length=5&body=hello');
    expect(head).toMatch(/^HTTP\/1\.1 204 /);
    expect(head).not.toMatch(/content-length|transfer-encoding/i);
    expect(body).toBe('');
  });

  it('with 304, or for HEAD, has the length it stands for and no content', async () => {
    const answers = [
      await ask('status=304&length=5&body=hello'),
      await ask('status=200&length=5&body=hello', 'HEAD'),
    ];
    for (const [head, body] of answers) {
      expect(head).toMatch(/content-length: 5/i);
      expect(body).toBe('');
    }
  });

  it.each(['length=9&body=hello', 'length=4&body=hello', 'status=101'])(
    'never looks complete when it is not: %s',
    async (query) => {
      const [head, body] = await ask(query);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.POSITIVE_INFINITY);
      if (/^HTTP\/1\.1 200 /.test(head)) expect(body.length).toBeLessThan(length);
      else
        expect([head, body]).toEqual([
          expect.stringMatching(/^HTTP\/1\.1 500 /),
          expect.stringContaining('probe'),
        ]);
    },
  );
});

describe('streaming', () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');

  it('passes a large body through without the process growing by its size', async () => {
    const { host, lattice } = scenario;
    const { pid } = host.child;
    const megabytes = 200;
    await startComponent(lattice, host, { id: 'echo', wasm: paths.echo, maxInstances: 1 });
    const echoUrl = await serveHttp(lattice, host, 'echo', await freePort());
    // Heaps and buffers grow to what streaming takes, whatever the size; what is kept of a body would show after that.
    await echo(echoUrl, 100);
    const before = await resetPeakMemory(pid);
    expect(await echo(echoUrl, megabytes)).toBe(megabytes * chunk.length);
    const grown = (await peakMemory(pid)) - before;
    expect(grown).toBeLessThan((megabytes * chunk.length) / 2);
  });

  it('stops a response nobody reads any more', async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(`${url}/big?bytes=1000000000`, resolve).once('error', reject).end();
    });
    await new Promise<void>((resolve) => response.once('data', () => resolve()));
    response.destroy();
    // All four instances are free again: none still writes the gigabyte.
    const answers = await Promise.all(Array.from({ length: 8 }, () => get('/hello')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  /** Sends megabytes at the pace the other side takes them, and counts what comes back. */
  async function echo(to: string, count: number): Promise<number> {
    return await new Promise<number>((resolve, reject) => {
      const request = httpRequest(to, { method: 'POST' }, (response) => {
        let received = 0;
        response.on('data', (data: Buffer) => {
          received += data.length;
        });
        response.on('end', () => resolve(received));
        response.on('error', reject);
      });
      request.on('error', reject);
      const send = async (): Promise<void> => {
        for (let sent = 0; sent < count; sent += 1) {
          if (!request.write(chunk))
            await new Promise<void>((drained) => request.once('drain', () => drained()));
        }
        request.end();
      };
      send().catch(reject);
    });
  }
});

describe('a component that fails', () => {
  it('by a trap: 500 that names it, and the next request is served', async () => {
    const { status, text } = await get('/trap');
    expect(status).toBe(500);
    expect(text).toContain('probe');
    expect((await get('/hello')).status).toBe(200);
  });

  it('by never answering: 500 that names it', async () => {
    const { status, text } = await get('/no-response');
    expect(status).toBe(500);
    expect(text).toContain('probe');
  });

  it('by an error-code: a status that fits', async () => {
    expect((await get('/error')).status).toBeGreaterThanOrEqual(500);
  });

  it('after the head: the client sees that the response is incomplete', async () => {
    await expect(get('/trap-after-head')).rejects.toThrow();
    expect((await get('/hello')).status).toBe(200);
  });

  it('by a missing link: an error that says which to put', async () => {
    const { status, text } = await get('/kv/get?key=a');
    expect(status).toBe(502);
    expect(text).toContain('wasi:keyvalue/store');
    expect(text).toContain('probe');
  });
});

describe('a component that does not run', () => {
  it('is answered for with 503', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'stopped', wasm: paths.hello });
    const stoppedPort = await freePort();
    const stoppedUrl = await serveHttp(lattice, host, 'stopped', stoppedPort);
    expect((await fetch(stoppedUrl)).status).toBe(200);
    const stopped = lattice.nextEvent('component_scaled', { component_id: 'stopped', max_instances: 0 });
    await lattice.succeed(`component.scale.${host.id}`, {
      component_id: 'stopped',
      component_ref: `file://${paths.hello}`,
      count: 0,
    });
    await stopped;
    const response = await fetch(stoppedUrl);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("component 'stopped' is not running");
    await startComponent(lattice, host, { id: 'stopped', wasm: paths.hello });
    expect((await fetch(stoppedUrl)).status).toBe(200);
  });
});

/** Requests without a pause over 32 kept-alive connections, each until its last answer says `connection: close` or they are told to end. */
function startLoad(target: string) {
  const kept = new Agent({ keepAlive: true, maxSockets: 32 });
  const loaded = Promise.withResolvers<void>();
  const statuses = new Map<number, number>();
  let answered = 0;
  let isEnding = false;
  /** Rejects when a connection ends before an answer is there. */
  const visit = async (): Promise<void> => {
    while (!isEnding) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest(`${target}/hello`, { agent: kept }, resolve).once('error', reject).end();
      });
      for await (const _ of response);
      const { statusCode = 0 } = response;
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      if (++answered === 200) loaded.resolve();
      if (response.headers.connection === 'close') return;
    }
  };
  const over = Promise.all(Array.from({ length: 32 }, visit)).finally(() => kept.destroy());
  return {
    /** Requests arrive all the time. */
    loaded: Promise.race([loaded.promise, over]),
    /** How many requests had which status, once every connection had its last answer. */
    statuses: async (): Promise<ReadonlyMap<number, number>> => {
      await over;
      return statuses;
    },
    async end(): Promise<ReadonlyMap<number, number>> {
      isEnding = true;
      await over;
      return statuses;
    },
  };
}

describe('an address that is given up under load', () => {
  it('answers every request on its 32 connections, the last with connection: close', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'drained', wasm: paths.probe, maxInstances: 4 });
    const load = startLoad(await serveHttp(lattice, host, 'drained', await freePort()));
    await load.loaded;
    await lattice.succeed('link.del', {
      source_id: 'http-drained',
      name: 'default',
      wit_namespace: 'wasi',
      wit_package: 'http',
    });
    expect([...(await load.statuses()).keys()]).toEqual([200]);
  });
});

describe('a component that is updated under load', () => {
  it('loses no request and no connection, also when it is scaled meanwhile', async () => {
    const { host, lattice } = scenario;
    await using folder = await createTempDir();
    const copy = join(folder.path, 'copy.wasm');
    await copyFile(paths.probe, copy);
    await startComponent(lattice, host, { id: 'changing', wasm: paths.probe, maxInstances: 4 });
    const load = startLoad(await serveHttp(lattice, host, 'changing', await freePort()));
    await load.loaded;
    for (const [index, wasm] of [copy, paths.probe, copy, paths.probe].entries()) {
      const updated = lattice.nextEvent('component_scaled', {
        component_id: 'changing',
        image_ref: `file://${wasm}`,
        max_instances: 4 + index,
      });
      await lattice.succeed(`component.update.${host.id}`, {
        component_id: 'changing',
        new_component_ref: `file://${wasm}`,
        host_id: host.id,
      });
      await updated;
      await startComponent(lattice, host, { id: 'changing', wasm, maxInstances: 5 + index });
    }
    expect([...(await load.end()).keys()]).toEqual([200]);
  });
});

describe('a guest that spins', () => {
  it('keeps nobody waiting, and is ended at its deadline: nothing else is', async () => {
    const { host, lattice } = scenario;
    await startComponent(lattice, host, {
      id: 'spinner',
      wasm: paths.probe,
      limits: { max_execution_time: '1' },
    });
    const spinnerUrl = await serveHttp(lattice, host, 'spinner', await freePort());
    const before = host.child.output().length;
    let isSpinning = true;
    const spinning = Promise.all(
      Array.from({ length: 4 }, async () => {
        const answer = await fetch(`${spinnerUrl}/spin`);
        return [answer.status, await answer.text()];
      }),
    ).finally(() => {
      isSpinning = false;
    });
    const others: number[] = [];
    while (isSpinning) {
      others.push((await get('/hello')).status, (await fetch(`${spinnerUrl}/hello`)).status);
      expect((await lattice.ask('host.ping')).success).toBe(true);
    }
    const late = [
      504,
      'Component "spinner" did not answer in time: its limit "execution-time" is 1000 ms.\n',
    ];
    expect(await spinning).toEqual([late, late, late, late]);
    expect(new Set(others)).toEqual(new Set([200]));
    expect(host.child.output().slice(before)).not.toContain('ended and is replaced');
  });
});
