import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import { join } from 'node:path';
import { buildGallery, javascriptWasi03, pythonWasi03, rustWasi03 } from '@wasmlattice/example-gallery';
import {
  buildGuestText,
  buildHandleGuests,
  callerInterface,
  streamsInterface,
} from '@wasmlattice/handle-guests';
import { createClient, err, func, ok, serveInterface, t, witInterface } from '@wasmlattice/rpc';
import { httpIncomingHandler, httpOutgoingHandler } from '@wasmlattice/rpc/interfaces';
import { createNatsInvoker, createNatsServer, type NatsInvoker } from '@wasmlattice/rpc/nats';
import {
  createTempDir,
  freePort,
  http03Guest,
  http03Leaver,
  http03Proxy,
  type TempDir,
} from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { checkGuest } from '../src/gallery/check-guest.js';
import { serveGuest, startProviders } from '../src/gallery/serve-guest.js';
import { startUpstream, type Upstream } from '../src/gallery/upstream.js';
import { cacheDir, paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let folder: TempDir;
let invoker: NatsInvoker;
let url: string;

beforeAll(async () => {
  folder = await createTempDir();
  scenario = await startScenario();
  const { lattice, host } = scenario;
  invoker = createNatsInvoker({ connection: lattice.connection, lattice: 'default' });
  const file = async (name: string, guest: typeof http03Guest): Promise<string> => {
    const path = join(folder.path, `${name}.wasm`);
    await writeFile(path, await buildGuestText(guest));
    return path;
  };
  await startComponent(lattice, host, { id: 'copy', wasm: await file('copy', http03Guest), maxInstances: 4 });
  await startComponent(lattice, host, {
    id: 'proxy',
    wasm: await file('proxy', http03Proxy),
    maxInstances: 4,
  });
  url = await serveHttp(lattice, host, 'copy', await freePort());
});
afterAll(async () => {
  await invoker?.close();
  await scenario?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const text = async (chunks: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(chunks)).toString();

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const each of texts) yield Buffer.from(each);
}

describe('a guest of WASI 0.3 behind the built-in HTTP server', () => {
  it('answers while the request is still coming, with its trailers', async () => {
    const request = sendRequest(`${url}/a?b`, { method: 'POST', headers: { trailer: 'x-sum' } });
    request.write('first');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect([response.statusCode, response.headers['x-path']]).toEqual([200, '/a?b']);
    const parts = response.setEncoding('utf8')[Symbol.asyncIterator]();
    expect((await parts.next()).value).toBe('first');
    request.addTrailers({ 'x-sum': '42' });
    request.end('last');
    expect((await parts.next()).value).toBe('last');
    expect((await parts.next()).done).toBe(true);
    expect(response.trailers).toEqual({ 'x-sum': '42' });
  });

  it('copies bodies of many requests at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 32 }, async (_, i) => {
        const body = Buffer.alloc(300_000, i + 1);
        const response = await fetch(`${url}/${i}`, { method: 'POST', body });
        return body.equals(Buffer.from(await response.arrayBuffer()));
      }),
    );
    expect(answers).toEqual(answers.map(() => true));
  });

  it('is ended when its client leaves, which frees its instance', async () => {
    const left = Array.from({ length: 4 }, async () => {
      const request = sendRequest(url, { method: 'POST' });
      request.write('first');
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      await once(response, 'data');
      request.on('error', () => {});
      response.on('error', () => {});
      request.destroy();
    });
    await Promise.all(left);
    expect((await fetch(url)).status).toBe(200);
  });
});

it('is called by HTTP servers that are providers, over wRPC', async () => {
  const client = createClient(invoker, { interface: httpIncomingHandler, target: 'copy' });
  const answer = await client.handle({
    body: chunks('pi', 'ng'),
    trailers: Promise.resolve([['x-sum', [Buffer.from('4')]]]),
    method: { tag: 'post' },
    pathWithQuery: '/wire',
    scheme: { tag: 'HTTP' },
    authority: 'localhost',
    headers: [],
  });
  if (answer.tag !== 'ok') throw new Error(answer.val.tag);
  const { status, headers, body, trailers } = answer.val;
  expect([status, headers.map(([name, [value]]) => [name, String(Buffer.from(value ?? []))])]).toEqual([
    200,
    [['x-path', '/wire']],
  ]);
  expect(await text(body)).toBe('ping');
  expect((await trailers)?.map(([name]) => name)).toEqual(['x-sum']);
});

it('sends requests by its link for outgoing HTTP, and tells of failures by error-codes', async () => {
  const { lattice, host } = scenario;
  const server = createNatsServer({ connection: lattice.connection, lattice: 'default' });
  await serveInterface(server, {
    target: 'client',
    interface: httpOutgoingHandler,
    implementation: {
      handle: async (request) => {
        if (request.pathWithQuery === '/refused') return err({ tag: 'connection-refused' });
        const { authority, pathWithQuery } = request;
        const head = `${authority}${pathWithQuery} `;
        return ok({
          body: (async function* () {
            yield Buffer.from(head);
            yield* request.body;
          })(),
          trailers: request.trailers,
          status: 201,
          headers: [],
        });
      },
    },
  });
  const proxy = await serveHttp(lattice, host, 'proxy', await freePort());
  expect((await fetch(proxy)).status).toBe(500);
  await putLink(lattice, { source: 'proxy', target: 'client', interface: 'wasi:http/outgoing-handler' });
  const response = await fetch(`${proxy}/x`, { method: 'POST', body: 'ping' });
  expect([response.status, await response.text()]).toEqual([201, 'upstream/x ping']);
  expect((await fetch(`${proxy}/refused`)).status).toBe(500);
});

const left = 'test:left/api@0.1.0';

/** Returns a stream, and leaves the end that writes to it open. */
const leaver = {
  wit: `
    world guest { export ${left}; }
    package test:left@0.1.0 { interface api { give: async func() -> stream<u8>; } }`,
  wat: `
    (import "[export]${left}" "[stream-new-0]give" (func $new (result i64)))
    (import "[export]${left}" "[task-return]give" (func $return (param i32)))
    ;; code
    (func (export "[async-lift-stackful]${left}#give") (call $return (i32.wrap_i64 (call $new))))`,
};

describe('what a guest of WASI 0.3 leaves open when it returns', () => {
  it('ends, if it is the body of a response, and the log says so once', async () => {
    const { lattice, host } = scenario;
    const wasm = join(folder.path, 'http-leaver.wasm');
    await writeFile(wasm, await buildGuestText(http03Leaver));
    await startComponent(lattice, host, { id: 'http-leaver', wasm, maxInstances: 4 });
    const leaverUrl = await serveHttp(lattice, host, 'http-leaver', await freePort());
    for (const body of ['one', 'two']) {
      expect(await (await fetch(leaverUrl, { method: 'POST', body })).text()).toBe(body);
    }
    await host.child.waitForLine(/returned without finishing a response body/);
    expect(host.child.output().match(/returned without finishing a response body/g)).toHaveLength(1);
  });

  it('breaks off for whoever reads it over the lattice', async () => {
    const { lattice, host } = scenario;
    const wasm = join(folder.path, 'leaver.wasm');
    await writeFile(wasm, await buildGuestText(leaver));
    await startComponent(lattice, host, { id: 'leaver', wasm });
    const give = func('give', [], t.stream(t.u8));
    const client = createClient(invoker, { interface: witInterface(left, [give]), target: 'leaver' });
    await expect(client.give().then(text)).rejects.toThrow('left this stream or future open');
  });
});

const streams = witInterface('examples:gallery-wasi03/streams@0.1.0', [
  func('upper', [['input', t.stream(t.u8)]], t.stream(t.u8)),
  func('count', [['input', t.stream(t.u8)]], t.u64),
  func('numbers', [['count', t.u32]], t.stream(t.u32)),
  func('join', [['name', t.future(t.string)]], t.result(t.string, t.string)),
]);

/** Passes the stream of the 0.2 interface on, as a guest of 0.3 has it. */
const relay = {
  wit: `
    world guest { import ${streamsInterface}; export ${streamsInterface}; }
    package ${streamsInterface.replace('/streams', '')} {
      interface streams { measure: async func(data: stream<u8>) -> result<u64, string>; }
    }`,
  wat: `
    (import "${streamsInterface}" "measure" (func $measure (param i32 i32)))
    (import "[export]${streamsInterface}" "[task-return]measure" (func $return (param i32 i64 i32)))
    ;; code
    (func (export "[async-lift-stackful]${streamsInterface}#measure") (param $data i32)
      (call $measure (local.get $data) (i32.const 16))
      (if (i32.load8_u (i32.const 16))
        (then (call $return (i32.const 1) (i64.load32_u (i32.const 24)) (i32.load (i32.const 28))))
        (else (call $return (i32.const 0) (i64.load (i32.const 24)) (i32.const 0)))))`,
};

it('is called by guests of WASI 0.2, and calls them, with streams', async () => {
  const { lattice, host } = scenario;
  const { caller: caller02, callee: callee02 } = await buildHandleGuests();
  for (const [id, bytes] of [
    ['caller02', caller02],
    ['relay03', await buildGuestText(relay)],
    ['callee02', callee02],
  ] as const) {
    const wasm = join(folder.path, `${id}.wasm`);
    await writeFile(wasm, bytes);
    await startComponent(lattice, host, { id, wasm, maxInstances: 2 });
  }
  for (const [source, target] of [
    ['caller02', 'relay03'],
    ['relay03', 'callee02'],
  ] as const) {
    await putLink(lattice, { source, target, interface: streamsInterface.replace(/@.*/, '') });
  }
  const measure = func('measure', [['data', t.stream(t.u8)]], t.result(t.u64, t.string));
  const caller = createClient(invoker, {
    interface: witInterface(callerInterface, [measure]),
    target: 'caller02',
  });
  expect(await caller.measure(chunks('a'.repeat(200_000), 'b'))).toEqual({ tag: 'ok', val: 200_001n });
});

// Where cargo and the target, or Python and its package, are not there, these are skipped by name.
const gallery = await buildGallery({
  languages: [rustWasi03, pythonWasi03, javascriptWasi03],
  cacheRoot: cacheDir,
});
const named = gallery.map((guest) => ({ ...guest, name: `${guest.language.name}/${guest.guest}` }));
const built = named.filter((guest) => guest.outcome === 'built');

describe('guests of WASI 0.3 in the gallery', () => {
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream();
    await startProviders(scenario);
  });
  afterAll(() => upstream?.[Symbol.asyncDispose]());

  it('are built, as far as there are compilers', () => {
    expect(named.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  for (const guest of named) {
    if (guest.outcome === 'skipped') it.skip(`has ${guest.name}: ${guest.reason}`);
  }

  it.each(built.filter(({ kinds }) => kinds.length > 0))('serve HTTP: $name', async (guest) => {
    const served = await serveGuest(scenario, guest, 4);
    for (const kind of guest.kinds) {
      await checkGuest(kind, { url: served, title: guest.language.title, upstream });
    }
  });

  it.each(built.filter(({ guest }) => guest === 'lines'))(
    'pass streams and futures of an interface of their own: $name',
    async ({ language, file }) => {
      const { lattice, host } = scenario;
      const id = `${language.name}-lines`;
      await startComponent(lattice, host, { id, wasm: file, maxInstances: 2 });
      const client = createClient(invoker, { interface: streams, target: id });
      expect(await text(await client.upper(chunks('one ', 'two')))).toBe('ONE TWO');
      expect(await client.count(chunks('a'.repeat(100_000), 'b'))).toBe(100_001n);
      const numbers = await Array.fromAsync(await client.numbers(5));
      expect(numbers.flatMap((chunk) => [...chunk])).toEqual([0, 1, 2, 3, 4]);
      expect(await client.join(Promise.resolve('name'))).toEqual({ tag: 'ok', val: 'NAME' });
    },
  );

  const caller = built.find(({ guest }) => guest === 'lines-caller');
  it.each(caller === undefined ? [] : built.filter(({ guest }) => guest === 'lines'))(
    'call one another with streams and futures: rust-wasi03/lines-caller and $name',
    async ({ language }) => {
      const { lattice, host } = scenario;
      const id = `caller-of-${language.name}`;
      await putLink(lattice, {
        source: id,
        target: `${language.name}-lines`,
        interface: 'examples:gallery-wasi03/streams',
      });
      await startComponent(lattice, host, { id, wasm: caller?.file ?? paths.hello, maxInstances: 2 });
      const callerUrl = await serveHttp(lattice, host, id, await freePort());
      const ask = async (path: string, body?: string): Promise<string> =>
        (await fetch(`${callerUrl}${path}`, { method: 'POST', ...(body !== undefined && { body }) })).text();
      expect(await ask('/upper', 'abc'.repeat(50_000))).toBe('ABC'.repeat(50_000));
      expect(await ask('/count', 'abc'.repeat(50_000))).toBe('150000');
      expect(await ask('/numbers?3')).toBe('[0, 1, 2]');
      expect(await ask('/later?you')).toBe('you later');
      expect(await ask('/join?you')).toBe('YOU');
    },
  );
});
