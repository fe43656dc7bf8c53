import type { Attributes, LogFields, Logger, Meter } from '@wasmlattice/telemetry';
import { noopLogger, noopMeter } from '@wasmlattice/telemetry';
import { headers as createHeaders, createInbox, Empty, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import { RpcError, type RpcErrorCode } from '../rpc-error.js';
import { invocationSubject, type NatsInvoker, type NatsServerOptions } from './index.js';
import { lattice, NatsPeers } from './testing/nats-peers.js';

const target = 'peer';
const instance = 'acme:test/errors@1.0.0';
const headers = { 'source-id': 'caller', 'link-name': 'cache' };
const echo = func('echo', [['text', t.string]], t.string);
const feed = func('feed', [], t.stream(t.string));
const feeds = func('feeds', [['lines', t.list(t.stream(t.string))]], t.u32);

let peers: NatsPeers;

beforeEach(async () => {
  peers = await NatsPeers.start();
});
afterEach(() => peers[Symbol.asyncDispose]());

async function serveEcho(
  handler: () => Promise<unknown>,
  options: Partial<NatsServerOptions> = {},
): Promise<void> {
  const server = await peers.server({ drainTimeoutMs: 50, ...options });
  await server.serve({ target, instance, func: echo, handler });
}

/** Answers each call with plain NATS. */
async function answerWith(
  answer: (peer: NatsConnection, clientRoot: string) => void,
): Promise<NatsConnection> {
  const peer = await peers.connect();
  peer.subscribe(invocationSubject(lattice, target, instance, '>'), {
    callback: (_, { reply = '' }) => answer(peer, reply),
  });
  await peer.flush();
  return peer;
}

function accept(peer: NatsConnection, root: string, ...results: readonly string[]): void {
  peer.publish(root, Empty, { reply: createInbox() });
  for (const hex of results) peer.publish(`${root}.results`, Buffer.from(hex, 'hex'));
}

function callEcho(
  invoker: NatsInvoker,
  timeoutMs = 60_000,
  params: readonly unknown[] = ['x'],
): Promise<unknown> {
  return invoker.invoke({ target, instance, func: echo, params, headers, timeoutMs });
}

async function errorOf(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RpcError);
  return error as RpcError;
}

describe('the error of a call names the function, its target, the link, and why it failed', () => {
  const causes: readonly [string, RpcErrorCode, RegExp, () => Promise<unknown>][] = [
    ['nobody listens', 'not-found', /nobody is listening/, async () => callEcho(await peers.invoker())],
    [
      'the peer does not accept it in time',
      'timeout',
      /not accepted within 40 ms/,
      async () => {
        await answerWith(() => {});
        return callEcho(await peers.invoker(), 40);
      },
    ],
    [
      'the peer does not answer in time',
      'timeout',
      /did not answer within 40 ms/,
      async () => {
        await answerWith(accept);
        return callEcho(await peers.invoker(), 40);
      },
    ],
    [
      'NATS says so',
      'terminated',
      /409/,
      async () => {
        await answerWith((peer, root) => peer.publish(root, Empty, { headers: createHeaders(409, 'Gone') }));
        return callEcho(await peers.invoker());
      },
    ],
    [
      'its handler throws',
      'peer-failed',
      /the peer failed: disk full/,
      async () => {
        await serveEcho(async () => {
          throw new Error('disk full');
        });
        return callEcho(await peers.invoker());
      },
    ],
    [
      'an upstream peer ends it without a word',
      'peer-failed',
      /ended the call without a result/,
      async () => {
        await answerWith((peer, root) => accept(peer, root, ''));
        return callEcho(await peers.invoker());
      },
    ],
    [
      'what comes back is no result',
      'bad-data',
      /the result can't be decoded/,
      async () => {
        await answerWith((peer, root) => accept(peer, root, '02c328'));
        return callEcho(await peers.invoker());
      },
    ],
    [
      'the peer can’t decode the parameters',
      'bad-data',
      /the parameters can't be decoded/,
      async () => {
        const server = await peers.server();
        const other = func('echo', [['text', t.bool]], t.string);
        await server.serve({ target, instance, func: other, handler: async () => 'x' });
        return callEcho(await peers.invoker());
      },
    ],
    [
      'the peer has too many calls',
      'overloaded',
      /too many calls/,
      async () => {
        await serveEcho(async () => 'x', { maxCalls: 0 });
        return callEcho(await peers.invoker());
      },
    ],
    [
      'the parameters are none of the function',
      'invalid-params',
      /takes 1 parameters, got 0/,
      async () => callEcho(await peers.invoker(), 100, []),
    ],
    [
      'the connection drops',
      'disconnected',
      /the NATS connection dropped/,
      async () => {
        const invoker = await peers.invoker();
        const accepted = Promise.withResolvers<void>();
        await answerWith((peer, root) => {
          accept(peer, root);
          accepted.resolve();
        });
        const call = callEcho(invoker);
        call.catch(() => {});
        await accepted.promise;
        await peers.nats[Symbol.asyncDispose]();
        return call;
      },
    ],
    [
      'the invoker is closed',
      'closed',
      /the invoker is closed/,
      async () => {
        const invoker = await peers.invoker();
        await invoker.close();
        return callEcho(invoker);
      },
    ],
  ];

  it.each(causes)('%s', async (_, code, text, run) => {
    const error = await errorOf(run());
    expect({ code: error.code, message: error.message }).toMatchObject({ code });
    expect(error.message).toMatch(text);
    expect(error.message).toContain(`${instance}.echo on ${target} by link cache: `);
    expect(error).toMatchObject({ target, instance, func: 'echo', linkName: 'cache' });
  });

  it('also that of a stream', async () => {
    await answerWith((peer, root) => {
      accept(peer, root, '00', '');
      peer.publish(`${root}.results.0`, Buffer.from('0102c328', 'hex'));
    });
    const invocation = { target, instance, func: feed, params: [], headers };
    const stream = (await (await peers.invoker()).invoke(invocation)) as AsyncIterable<unknown>;
    const error = await errorOf(stream[Symbol.asyncIterator]().next());
    expect(error.code).toBe('bad-data');
    expect(error.message).toContain(`${instance}.feed on ${target} by link cache: results.0`);
  });
});

/** Keeps what an invoker or a server counts and logs. */
function recorder(): {
  readonly options: { readonly meter: Meter; readonly logger: Logger };
  readonly counted: Attributes[];
  readonly warnings: (LogFields | undefined)[];
} {
  const counted: Attributes[] = [];
  const warnings: (LogFields | undefined)[] = [];
  const meter: Meter = {
    ...noopMeter,
    counter: (name) => ({
      add: (value, attributes) => {
        expect([name, value]).toEqual(['wasmlattice.rpc.refused_calls', 1]);
        counted.push(attributes ?? {});
      },
    }),
  };
  const logger: Logger = { ...noopLogger, warn: (_, fields) => void warnings.push(fields) };
  return { options: { meter, logger }, counted, warnings };
}

describe('what is refused is counted, and logged once for each peer and kind', () => {
  it('by an invoker', async () => {
    const { options, counted, warnings } = recorder();
    const invoker = await peers.invoker({ ...options, limits: { maxBytes: 1_000 } });
    const peer = await answerWith((peer, root) => accept(peer, root, '02c328'));
    for (let i = 0; i < 3; i++) expect((await errorOf(callEcho(invoker))).code).toBe('bad-data');
    await peer.close();
    await answerWith((peer, root) => peer.publish(root));
    expect((await errorOf(callEcho(invoker))).code).toBe('bad-data');
    const bad = { kind: 'bad-result', side: 'client' };
    expect(counted).toEqual([bad, bad, bad, { kind: 'no-reply-subject', side: 'client' }]);
    expect(warnings).toEqual([
      { peer: target, kind: 'bad-result' },
      { peer: target, kind: 'no-reply-subject' },
    ]);
  });

  it('by a server', async () => {
    const { options, counted, warnings } = recorder();
    await serveEcho(async () => 'x', options);
    const other = { target, instance, func: func('echo', [['text', t.bool]], t.string), headers };
    const invoker = await peers.invoker();
    for (let i = 0; i < 3; i++) {
      expect((await errorOf(invoker.invoke({ ...other, params: [true] }))).code).toBe('bad-data');
    }
    const bad = { kind: 'bad-params', side: 'server' };
    expect(counted).toEqual([bad, bad, bad]);
    expect(warnings).toEqual([{ peer: 'caller', kind: 'bad-params' }]);
  });

  it('also in streams, once for each call however much of it comes', async () => {
    const { options, counted } = recorder();
    const server = await peers.server({
      drainTimeoutMs: 50,
      streams: { maxBufferedBytes: 10_000 },
      ...options,
    });
    const failed = Promise.withResolvers<unknown>();
    await server.serve({
      target,
      instance,
      func: feeds,
      handler: async ([lines]) => {
        const [first] = lines as AsyncIterable<string[]>[];
        const reading = (async () => {
          for await (const _ of first ?? []) {
            // Until it fails.
          }
        })();
        await reading.catch(failed.resolve);
        return 0;
      },
    });
    const peer = await peers.connect();
    const root = createInbox();
    const accepted = Promise.withResolvers<string>();
    peer.subscribe(root, { callback: (_, { reply = '' }) => accepted.resolve(reply) });
    const subject = invocationSubject(lattice, target, instance, 'feeds');
    peer.publish(subject, Buffer.from('0100', 'hex'), { reply: root });
    const params = `${await accepted.promise}.params`;
    // Channels that nothing refers to, each of them for the price of its subject.
    for (let i = 1; i < 1_000; i++) peer.publish(`${params}.0.${i}`, Buffer.from('01', 'hex'));
    expect(await failed.promise).toMatchObject({ code: 'overloaded' });
    expect(counted).toEqual([{ kind: 'too-many-bytes', side: 'server' }]);
  });
});

describe('an invoker', () => {
  it('holds no more of results than its limit, all calls together', async () => {
    const refused: string[] = [];
    const invoker = await peers.invoker({
      maxBufferedBytes: 1_000,
      onRefusal: ({ kind }) => refused.push(kind),
    });
    // The beginning of a long string, and never the rest.
    await answerWith((peer, root) => accept(peer, root, `d00f${'61'.repeat(600)}`));
    const first = callEcho(invoker, 500);
    const second = callEcho(invoker, 500);
    expect((await errorOf(second)).code).toBe('overloaded');
    expect((await errorOf(first)).code).toBe('timeout');
    expect(refused).toEqual(['too-many-bytes']);
    // What they held is given back.
    expect((await errorOf(callEcho(invoker, 50))).code).toBe('timeout');
  });

  it('holds no more of unread streams than its limit, all calls together', async () => {
    const invoker = await peers.invoker({ maxBufferedBytes: 30_000 });
    await answerWith((peer, root) => {
      accept(peer, root, '0000', '');
      peer.publish(
        `${root}.results.0.0`,
        Buffer.concat([Buffer.from('a09c01', 'hex'), new Uint8Array(20_000)]),
      );
      peer.publish(`${root}.results.0.1`);
    });
    const bytes = func('bytes', [], t.tuple(t.stream(t.u8), t.future()));
    const open = async (): Promise<AsyncIterator<unknown>> => {
      const result = await invoker.invoke({ target, instance, func: bytes, params: [], headers });
      return (result as [AsyncIterable<unknown>])[0][Symbol.asyncIterator]();
    };
    const [first, second] = [await open(), await open()];
    expect((await errorOf(second.next())).code).toBe('overloaded');
    expect((await first.next()).done).toBe(false);
  });
});
