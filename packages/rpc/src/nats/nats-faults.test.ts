import type { LogFields, Logger } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer } from '@wasmlattice/test-support';
import { headers as createHeaders, createInbox, Empty, type Msg, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { func, ok, t } from '../builders.js';
import type { Invoker } from '../invoke.js';
import { RpcError } from '../rpc-error.js';
import { call } from '../typed.js';
import {
  createNatsInvoker,
  createNatsServer,
  invocationSubject,
  type NatsServerOptions,
  type Refusal,
} from './index.js';
import { lattice, NatsPeers } from './testing/nats-peers.js';

const target = 'peer';
const instance = 'acme:test/faults@1.0.0';
const echo = func('echo', [['text', t.string]], t.string);
const subject = invocationSubject(lattice, target, instance, 'echo');

let peers: NatsPeers;

beforeEach(async () => {
  peers = await NatsPeers.start();
});
afterEach(() => peers[Symbol.asyncDispose]());

function callEcho(invoker: Invoker, text = 'x', timeoutMs = 60_000): Promise<string> {
  return call(invoker, { target, instance, func: echo, params: [text], timeoutMs });
}

async function errorOf(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RpcError);
  return error as RpcError;
}

/** The next event of that kind on a connection. */
async function statusOf(connection: NatsConnection, type: string): Promise<void> {
  for await (const status of connection.status()) if (status.type === type) return;
}

describe('a dropped connection', () => {
  it('leaves nothing behind of a function that was not served yet', async () => {
    const connection = await peers.connect();
    const server = await peers.server({ connection });
    const reconnected = statusOf(connection, 'reconnect');
    const serving = errorOf(server.serve({ target, instance, func: echo, handler: async ([text]) => text }));
    await connection.reconnect();
    expect((await serving).code).toBe('disconnected');
    await reconnected;
    await connection.flush();
    expect((await errorOf(callEcho(await peers.invoker()))).code).toBe('not-found');
  });

  it('settles what is in flight at once', async () => {
    const invoker = await peers.invoker();
    const server = await peers.server();
    const started = Promise.withResolvers<void>();
    await server.serve({
      target,
      instance,
      func: echo,
      handler: () => {
        started.resolve();
        return new Promise(() => {});
      },
    });
    const failure = errorOf(callEcho(invoker));
    await started.promise;
    await peers.nats[Symbol.asyncDispose]();
    expect(await failure).toMatchObject({ code: 'disconnected', target, instance, func: 'echo' });
  });

  it('ends the streams of calls that were answered', async () => {
    const invoker = await peers.invoker();
    const server = await peers.server();
    const feed = func('feed', [], t.stream(t.string));
    await server.serve({
      target,
      instance,
      func: feed,
      handler: async () =>
        (async function* () {
          yield ['first'];
          await new Promise(() => {});
        })(),
    });
    const stream = await call(invoker, { target, instance, func: feed, params: [] });
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(['first']);
    const next = errorOf(iterator.next());
    await peers.nats[Symbol.asyncDispose]();
    expect((await next).code).toBe('disconnected');
  });

  it('lets later calls wait until it is back', async () => {
    const connection = await peers.connect();
    const invoker = createNatsInvoker({ connection, lattice });
    const serverConnection = await peers.connect();
    const server = createNatsServer({ connection: serverConnection, lattice });
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    const dropped = statusOf(connection, 'disconnect');
    const serverBack = statusOf(serverConnection, 'reconnect');
    await peers.nats[Symbol.asyncDispose]();
    await dropped;
    const waiting = callEcho(invoker);
    peers.nats = await startNatsServer({ port: peers.nats.port });
    await serverBack;
    expect(await waiting).toBe('x');
  });

  it('is named when it stays down until the deadline', async () => {
    const connection = await peers.connect();
    const invoker = createNatsInvoker({ connection, lattice });
    const dropped = statusOf(connection, 'disconnect');
    await peers.nats[Symbol.asyncDispose]();
    await dropped;
    expect((await errorOf(callEcho(invoker, 'x', 30))).code).toBe('disconnected');
  });

  it('makes a call that found nobody try once more: the peer may come back a moment later', async () => {
    const connection = await peers.connect();
    const invoker = createNatsInvoker({ connection, lattice });
    const back = statusOf(connection, 'reconnect');
    const { port } = peers.nats;
    await peers.nats[Symbol.asyncDispose]();
    peers.nats = await startNatsServer({ port });
    await back;
    const waiting = callEcho(invoker);
    // NATS has answered that nobody listens before the server is there.
    await connection.flush();
    const server = await peers.server();
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    expect(await waiting).toBe('x');
    await server.close();
    expect((await errorOf(callEcho(invoker))).code).toBe('not-found');
  });

  it('of the server alone does not lose the result', async () => {
    const invoker = await peers.invoker();
    const connection = await peers.connect();
    const server = createNatsServer({ connection, lattice });
    const started = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<string>();
    await server.serve({
      target,
      instance,
      func: echo,
      handler: () => {
        started.resolve();
        return gate.promise;
      },
    });
    const answer = callEcho(invoker);
    await started.promise;
    const dropped = statusOf(connection, 'disconnect');
    const back = connection.reconnect();
    await dropped;
    gate.resolve('late');
    expect(await answer).toBe('late');
    await back;
  });
});

describe('closing', () => {
  it('ends an invoker and its calls, twice', async () => {
    const connection = await peers.connect();
    const invoker = createNatsInvoker({ connection, lattice });
    const server = await peers.server({ drainTimeoutMs: 50 });
    const started = Promise.withResolvers<void>();
    const reason = Promise.withResolvers<unknown>();
    await server.serve({
      target,
      instance,
      func: echo,
      handler: (_, { signal }) => {
        signal.addEventListener('abort', () => reason.resolve(signal.reason));
        started.resolve();
        return new Promise(() => {});
      },
    });
    const failure = errorOf(callEcho(invoker));
    await started.promise;
    await invoker.close();
    await invoker.close();
    expect((await failure).code).toBe('closed');
    expect((await errorOf(callEcho(invoker))).code).toBe('closed');
    await server.close();
    expect(await reason.promise).toMatchObject({ code: 'terminated' });
  });

  it('tells callers of handlers that outlast the deadline of the drain', async () => {
    const invoker = await peers.invoker();
    const server = await peers.server({ drainTimeoutMs: 50 });
    const started = Promise.withResolvers<void>();
    await server.serve({
      target,
      instance,
      func: echo,
      handler: () => {
        started.resolve();
        return new Promise(() => {});
      },
    });
    const failure = errorOf(callEcho(invoker));
    await started.promise;
    await server.close();
    expect((await failure).code).toBe('terminated');
  });

  it('works after the connection is gone', async () => {
    const connection = await peers.connect();
    const invoker = createNatsInvoker({ connection, lattice });
    const server = createNatsServer({ connection, lattice });
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    await connection.close();
    expect((await errorOf(callEcho(invoker))).code).toBe('disconnected');
    await server.close();
    await invoker.close();
  });

  it('loses none of 100,000 calls over repeated stops of one of two members', {
    timeout: 300_000,
  }, async () => {
    const invoker = await peers.invoker();
    const steady = await peers.server();
    await steady.serve({ target, instance, func: echo, handler: async ([text]) => text });
    let left = 100_000;
    let answered = 0;
    const load = Promise.all(
      Array.from({ length: 64 }, async () => {
        while (left-- > 0) {
          await callEcho(invoker);
          answered++;
        }
      }),
    );
    const connection = await peers.connect();
    let stops = 0;
    while (left > 0) {
      const server = createNatsServer({ connection, lattice });
      const taken = Promise.withResolvers<void>();
      await server.serve({
        target,
        instance,
        func: echo,
        handler: async ([text]) => {
          taken.resolve();
          await new Promise(setImmediate);
          return text;
        },
      });
      await Promise.race([taken.promise, load]);
      await server.close();
      stops++;
    }
    await load;
    expect(answered).toBe(100_000);
    expect(stops).toBeGreaterThan(2);
  });
});

describe('the first message', () => {
  it('leaves room for the reply subject and the headers', async () => {
    const connection = await peers.connect();
    const invoker = createNatsInvoker({ connection, lattice });
    const peer = await peers.connect();
    const first = Promise.withResolvers<Msg>();
    peer.subscribe(subject, { callback: (_, message) => first.resolve(message) });
    await peer.flush();
    const text = 'a'.repeat(2_500_000);
    const headers = { 'source-id': 'comp', 'link-name': 'default' };
    const failure = errorOf(
      invoker.invoke({ target, instance, func: echo, params: [text], headers, timeoutMs: 1_000 }),
    );
    const { data, reply = '' } = await first.promise;
    const maxPayload = connection.info?.max_payload ?? 0;
    // NATS/1.0, the final line end, and each "name: value" with its line end.
    const headerBytes = 12 + 'source-id: comp'.length + 2 + 'link-name: default'.length + 2;
    expect(data.length).toBe(maxPayload - reply.length - headerBytes);
    const rest: number[] = [];
    const done = Promise.withResolvers<void>();
    const root = createInbox();
    peer.subscribe(`${root}.params`, {
      callback: (_, message) => {
        rest.push(message.data.length);
        if (message.data.length === 0) done.resolve();
      },
    });
    peer.publish(reply, Empty, { reply: root });
    await done.promise;
    const total = 2_500_000 + 4;
    const expected = [maxPayload, total - data.length - maxPayload, 0];
    expect(rest).toEqual(expected);
    expect((await failure).code).toBe('timeout');
  });

  it('needs one subscription for all calls', async () => {
    const connection = await peers.connect();
    const subscribe = vi.spyOn(connection, 'subscribe');
    const request = vi.spyOn(connection, 'request');
    const invoker = createNatsInvoker({ connection, lattice });
    const server = await peers.server();
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    await Promise.all(Array.from({ length: 20 }, () => callEcho(invoker)));
    expect(subscribe).toHaveBeenCalledTimes(1);
    expect(request).not.toHaveBeenCalled();
  });

  it('is refused locally when its headers are too large for NATS', async () => {
    const invoker = await peers.invoker();
    const headers = { large: 'x'.repeat(2_000_000) };
    const failure = await errorOf(invoker.invoke({ target, instance, func: echo, params: ['x'], headers }));
    expect(failure.code).toBe('invalid-params');
  });

  it.each(['a b', 'a.*', '>', 'a..b', ''])('is not sent to the target %j', async (badTarget) => {
    const invoker = await peers.invoker();
    const failure = await errorOf(invoker.invoke({ target: badTarget, instance, func: echo, params: ['x'] }));
    expect(failure.code).toBe('invalid-params');
    const server = await peers.server();
    const served = { target: badTarget, instance, func: echo, handler: async () => 'x' };
    expect((await errorOf(server.serve(served))).code).toBe('invalid-params');
  });
});

describe('a hostile caller', () => {
  interface Hostile {
    readonly refusals: Refusal[];
    readonly warnings: string[];
    readonly peer: NatsConnection;
    calls(): number;
    /** Sends an invocation and returns what comes back on the results channel. */
    send(payload: Uint8Array, rest?: readonly Uint8Array[]): Promise<Msg>;
  }

  async function serveHostile(options: Partial<NatsServerOptions> = {}): Promise<Hostile> {
    const refusals: Refusal[] = [];
    const warnings: string[] = [];
    const logger: Logger = {
      ...noopLogger,
      warn: (message: string, _?: LogFields) => void warnings.push(message),
    };
    let calls = 0;
    const server = await peers.server({
      logger,
      onRefusal: (refusal) => void refusals.push(refusal),
      ...options,
    });
    await server.serve({
      target,
      instance,
      func: echo,
      handler: async ([text]) => {
        calls++;
        return text;
      },
    });
    const peer = await peers.connect();
    const send: Hostile['send'] = async (payload, rest = []) => {
      const root = createInbox();
      const results = Promise.withResolvers<Msg>();
      const subscription = peer.subscribe(`${root}.results`, {
        callback: (_, message) => results.resolve(message),
      });
      const headers = createHeaders();
      headers.append('source-id', 'mallory');
      peer.subscribe(root, {
        callback: (_, { reply = '' }) => {
          for (const message of rest) peer.publish(`${reply}.params`, message);
        },
      });
      peer.publish(subject, payload, { reply: root, headers });
      const message = await results.promise;
      subscription.unsubscribe();
      return message;
    };
    return { refusals, warnings, peer, send, calls: () => calls };
  }

  it('gets its own call refused for bytes that are no parameters', async () => {
    const { send, refusals, warnings, calls } = await serveHostile();
    for (const payload of ['02c328', '016161', 'ffffffffffff', '80808080808080']) {
      const { data, headers } = await send(Buffer.from(payload, 'hex'), [Empty]);
      expect(data.length).toBe(0);
      expect(headers?.get('wasmlattice-error-code')).toBe('bad-data');
    }
    expect(refusals.map(({ kind, peer }) => [kind, peer])).toEqual(
      new Array(4).fill(['bad-params', 'mallory']),
    );
    expect(warnings).toHaveLength(1);
    expect(calls()).toBe(0);
    expect((await send(Buffer.from('0161', 'hex'), [Empty])).data).toEqual(Buffer.from('0161', 'hex'));
  });

  it('gets its call refused when the parameters end early or never', async () => {
    // Time enough for those that do come.
    const { send, refusals } = await serveHostile({ paramsTimeoutMs: 1_000 });
    expect((await send(Buffer.from('05', 'hex'), [Empty])).headers?.get('wasmlattice-error-code')).toBe(
      'bad-data',
    );
    expect((await send(Buffer.from('05', 'hex'))).headers?.get('wasmlattice-error-code')).toBe('timeout');
    expect(refusals.map(({ kind }) => kind)).toEqual(['bad-params', 'params-timeout']);
  });

  it('can make a call no larger than the limit', async () => {
    const { send } = await serveHostile({ limits: { maxBytes: 1_000 } });
    const { headers } = await send(
      Buffer.from('808010', 'hex'),
      Array.from({ length: 100 }, () => new Uint8Array(100)),
    );
    expect(headers?.get('wasmlattice-error-code')).toBe('bad-data');
  });

  it('can hold no more calls than the limit', async () => {
    const { send, refusals } = await serveHostile({
      maxCalls: 2,
      paramsTimeoutMs: 60_000,
      drainTimeoutMs: 50,
    });
    void send(Buffer.from('05', 'hex'));
    void send(Buffer.from('05', 'hex'));
    const { headers } = await send(Buffer.from('0161', 'hex'));
    expect(headers?.get('wasmlattice-error-code')).toBe('overloaded');
    expect(refusals.map(({ kind }) => kind)).toEqual(['too-many-calls']);
  });

  it('can hold no more bytes than the limit, all its calls together', async () => {
    const { send, refusals } = await serveHostile({ maxBufferedBytes: 2_000, drainTimeoutMs: 50 });
    void send(Buffer.concat([Buffer.from('d00f', 'hex'), new Uint8Array(1_000)]));
    const { headers } = await send(Buffer.concat([Buffer.from('d00f', 'hex'), new Uint8Array(1_000)]));
    expect(headers?.get('wasmlattice-error-code')).toBe('overloaded');
    expect(refusals.map(({ kind }) => kind)).toEqual(['too-many-bytes']);
    expect((await send(Buffer.from('0161', 'hex'), [Empty])).data).toEqual(Buffer.from('0161', 'hex'));
  });

  it('can hold no more bytes than the limit while its calls are being handled', async () => {
    const refused = Promise.withResolvers<Refusal>();
    const server = await peers.server({
      maxBufferedBytes: 1_000,
      drainTimeoutMs: 50,
      onRefusal: refused.resolve,
    });
    await server.serve({ target, instance, func: echo, handler: () => new Promise(() => {}) });
    const invoker = await peers.invoker();
    const first = errorOf(callEcho(invoker, 'x'.repeat(600)));
    expect((await errorOf(callEcho(invoker, 'x'.repeat(600)))).code).toBe('overloaded');
    expect((await refused.promise).kind).toBe('too-many-bytes');
    await server.close();
    expect((await first).code).toBe('terminated');
  });

  it.each([
    ['lists that are larger than their bytes', Buffer.concat([Buffer.of(100), new Uint8Array(100)]), ''],
    ['its headers', Buffer.of(0), 'x'.repeat(12_000)],
  ])('can hold no more than the limit in %s', async (_, params, header) => {
    const refused = Promise.withResolvers<Refusal>();
    const server = await peers.server({
      maxBufferedBytes: 10_000,
      drainTimeoutMs: 50,
      onRefusal: refused.resolve,
    });
    const keep = func('keep', [['all', t.list(t.list(t.u8))]], t.u8);
    await server.serve({ target, instance, func: keep, handler: () => new Promise(() => {}) });
    const peer = await peers.connect();
    const headers = createHeaders();
    headers.append('large', header);
    const keepSubject = invocationSubject(lattice, target, instance, 'keep');
    peer.publish(keepSubject, params, { reply: createInbox(), headers });
    expect((await refused.promise).kind).toBe('too-many-bytes');
  });

  it('can hold no more than the limit in messages of one byte', async () => {
    const { send, refusals } = await serveHostile({ maxBufferedBytes: 10_000, drainTimeoutMs: 50 });
    const bytes = Array.from({ length: 100 }, () => Uint8Array.of(0x61));
    const { headers } = await send(Buffer.from('d00f', 'hex'), bytes);
    expect(headers?.get('wasmlattice-error-code')).toBe('overloaded');
    expect(refusals.map(({ kind }) => kind)).toEqual(['too-many-bytes']);
  });

  it('can hold no more than the limit in streams of one byte a message', async () => {
    const refused = Promise.withResolvers<Refusal>();
    const server = await peers.server({
      streams: { maxBufferedBytes: 10_000 },
      drainTimeoutMs: 50,
      onRefusal: refused.resolve,
    });
    const feed = func('feed', [['bytes', t.stream(t.u8)]], t.u8);
    await server.serve({ target, instance, func: feed, handler: () => new Promise(() => {}) });
    const peer = await peers.connect();
    const root = createInbox();
    peer.subscribe(root, {
      callback: (_, { reply = '' }) => {
        for (let i = 0; i < 100; i++) peer.publish(`${reply}.params.0`, Uint8Array.of(1));
      },
    });
    peer.publish(invocationSubject(lattice, target, instance, 'feed'), Uint8Array.of(0), { reply: root });
    expect((await refused.promise).kind).toBe('too-many-bytes');
  });

  it('can name no more streams in one message than the limit', async () => {
    const refused = Promise.withResolvers<Refusal>();
    const server = await peers.server({ onRefusal: refused.resolve });
    const feeds = func('feeds', [['all', t.list(t.stream(t.u8))]], t.u8);
    await server.serve({ target, instance, func: feeds, handler: async () => 1 });
    const peer = await peers.connect();
    // 70,000 streams, all of them yet to come.
    const params = Buffer.concat([Buffer.from('f0a204', 'hex'), new Uint8Array(70_000)]);
    const subject = invocationSubject(lattice, target, instance, 'feeds');
    peer.publish(subject, params, { reply: createInbox() });
    expect((await refused.promise).kind).toBe('bad-params');
  });

  it('is not answered without a reply subject', async () => {
    const { peer, refusals, calls, send } = await serveHostile();
    peer.publish(subject, Buffer.from('0161', 'hex'));
    peer.publish(subject, Empty);
    await send(Buffer.from('0161', 'hex'), [Empty]);
    expect(refusals.map(({ kind }) => kind)).toEqual(['no-reply-subject', 'no-reply-subject']);
    expect(calls()).toBe(1);
  });

  it('reaches nothing with data on subjects that mean nothing', async () => {
    const { peer } = await serveHostile();
    const root = createInbox();
    const accepted = Promise.withResolvers<string>();
    const answered = Promise.withResolvers<Msg>();
    peer.subscribe(root, { callback: (_, { reply = '' }) => accepted.resolve(reply) });
    peer.subscribe(`${root}.results`, { callback: (_, message) => answered.resolve(message) });
    peer.publish(subject, Buffer.from('01', 'hex'), { reply: root });
    const reply = await accepted.promise;
    for (const rest of [
      '.params.0',
      '.params.x',
      '.results',
      '.ack.results.0',
      '.cancel.params.7',
      '.what.ever',
    ]) {
      peer.publish(reply + rest, Buffer.from('ffffffff', 'hex'));
    }
    peer.publish(`${reply}.params`, Buffer.from('61', 'hex'));
    peer.publish(`${reply}.params`);
    expect((await answered.promise).data).toEqual(Buffer.from('0161', 'hex'));
  });
});

describe('a hostile peer of a caller', () => {
  /** A server that answers each call as told, with plain NATS. */
  async function answerWith(answer: (peer: NatsConnection, clientRoot: string) => void): Promise<void> {
    const peer = await peers.connect();
    peer.subscribe(invocationSubject(lattice, target, instance, '>'), {
      callback: (_, { reply = '' }) => answer(peer, reply),
    });
    await peer.flush();
  }

  it('ends the call by accepting it without a reply subject', async () => {
    await answerWith((peer, root) => peer.publish(root, Buffer.from('what')));
    const invoker = await peers.invoker();
    expect((await errorOf(callEcho(invoker))).code).toBe('bad-data');
  });

  it('ends the call with bytes that are no result, or too many', async () => {
    const answers = ['02c328', '0161ff', 'ffffffffffff'];
    let i = 0;
    await answerWith((peer, root) => {
      peer.publish(root, Empty, { reply: createInbox() });
      peer.publish(`${root}.results`, Buffer.from(answers[i++] ?? '', 'hex'));
    });
    const invoker = await peers.invoker();
    for (const _ of answers) expect((await errorOf(callEcho(invoker))).code).toBe('bad-data');
    const limited = await peers.invoker({ limits: { maxBytes: 10 } });
    answers.push('40616161616161616161616161');
    expect((await errorOf(callEcho(limited))).code).toBe('bad-data');
  });

  it('ends the call with another status', async () => {
    await answerWith((peer, root) =>
      peer.publish(root, Empty, { headers: createHeaders(100, 'Idle Heartbeat') }),
    );
    const invoker = await peers.invoker();
    const failure = await errorOf(callEcho(invoker));
    expect(failure.code).toBe('peer-failed');
    expect(failure.message).toContain('100');
  });

  it('writes no more than one short line into an error', async () => {
    await answerWith((peer, root) => {
      peer.publish(root, Empty, { reply: createInbox() });
      const headers = createHeaders();
      headers.append('wasmlattice-error-code', 'no-such-code');
      headers.append('wasmlattice-error', `\u001b[31m${'x'.repeat(100_000)}`);
      peer.publish(`${root}.results`, Empty, { headers });
    });
    const failure = await errorOf(callEcho(await peers.invoker()));
    expect(failure.code).toBe('peer-failed');
    expect(failure.message.length).toBeLessThan(700);
    expect(failure.message).not.toContain('\u001b');
  });

  it('fails a stream that it sends faster than it is read, when it knows no flow control', async () => {
    const feed = func('feed', [], t.stream(t.u8));
    const sent = Promise.withResolvers<void>();
    await answerWith((peer, root) => {
      peer.publish(root, Empty, { reply: createInbox() });
      peer.publish(`${root}.results`, Buffer.from('00', 'hex'));
      peer.publish(`${root}.results`);
      for (let i = 0; i < 50; i++) {
        peer.publish(
          `${root}.results.0`,
          Buffer.concat([Buffer.from('809001', 'hex'), new Uint8Array(18_432)]),
        );
      }
      peer.publish(`${root}.results.0`, Buffer.from('00', 'hex'));
      peer.publish(`${root}.results.0`);
      sent.resolve(peer.flush());
    });
    const connection = await peers.connect();
    const invoker = createNatsInvoker({ connection, lattice, streams: { maxBufferedBytes: 200_000 } });
    const stream = await call(invoker, { target, instance, func: feed, params: [] });
    await sent.promise;
    await connection.flush();
    const iterator = stream[Symbol.asyncIterator]();
    const read = async (): Promise<void> => {
      while (!(await iterator.next()).done);
    };
    expect((await errorOf(read())).code).toBe('overloaded');
    const roomy = createNatsInvoker({ connection, lattice });
    let size = 0;
    for await (const chunk of await call(roomy, { target, instance, func: feed, params: [] }))
      size += chunk.length;
    expect(size).toBe(50 * 18_432);
  });

  it('fails a stream that ends without its terminator', async () => {
    const feed = func('feed', [], t.stream(t.string));
    await answerWith((peer, root) => {
      peer.publish(root, Empty, { reply: createInbox() });
      peer.publish(`${root}.results`, Buffer.from('00', 'hex'));
      peer.publish(`${root}.results`);
      peer.publish(`${root}.results.0`, Buffer.from('010161', 'hex'));
      peer.publish(`${root}.results.0`);
    });
    const stream = await call(await peers.invoker(), { target, instance, func: feed, params: [] });
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(['a']);
    expect(await errorOf(iterator.next())).toMatchObject({ code: 'peer-failed', func: 'feed' });
  });

  it('fails a stream that falls silent', async () => {
    const feed = func('feed', [], t.stream(t.string));
    await answerWith((peer, root) => {
      peer.publish(root, Empty, { reply: createInbox() });
      peer.publish(`${root}.results`, Buffer.from('00', 'hex'));
      peer.publish(`${root}.results`);
    });
    const invoker = await peers.invoker({ streams: { idleTimeoutMs: 40 } });
    const stream = await call(invoker, { target, instance, func: feed, params: [] });
    expect((await errorOf(stream[Symbol.asyncIterator]().next())).code).toBe('timeout');
  });
});

describe('a stream whose source never waits', () => {
  it('is under way long before its window is full', async () => {
    let produced = 0;
    const feed = func('feed', [], t.stream(t.u8));
    const server = await peers.server();
    await server.serve({
      target,
      instance,
      func: feed,
      handler: async () =>
        (async function* () {
          for (;;) {
            produced++;
            yield Uint8Array.of(1);
          }
        })(),
    });
    const stream = await call(await peers.invoker(), { target, instance, func: feed, params: [] });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    expect(produced).toBeLessThan(100_000);
    await iterator.return?.();
  });
});

describe('a long stream of futures', () => {
  it('keeps nothing of those that are settled', async () => {
    const invoker = await peers.invoker({ streams: { maxBufferedBytes: 50_000 } });
    const server = await peers.server();
    const count = 1_000;
    // Each is sent when one a few before it was read: the limit is about what is kept, not about the pace.
    const gates = Array.from({ length: count }, () => Promise.withResolvers<void>());
    const read = gates.map((_, i) => gates[i - 20]?.promise);
    const many = func('many', [], t.stream(t.future(t.u32)));
    await server.serve({
      target,
      instance,
      func: many,
      handler: async () =>
        (async function* () {
          for (let i = 0; i < count; i++) {
            await read[i];
            yield [Promise.resolve(i)];
          }
        })(),
    });
    let sum = 0;
    let next = 0;
    for await (const futures of await call(invoker, { target, instance, func: many, params: [] })) {
      for (const future of futures) sum += await future;
      gates[next++]?.resolve();
    }
    expect(sum).toBe((count * (count - 1)) / 2);
  });
});

describe('a deadline', () => {
  it('says whether the call was accepted', async () => {
    const peer = await peers.connect();
    let accept = false;
    peer.subscribe(subject, {
      callback: (_, { reply = '' }) => {
        if (accept) peer.publish(reply, Empty, { reply: createInbox() });
      },
    });
    await peer.flush();
    const invoker = await peers.invoker();
    expect((await errorOf(callEcho(invoker, 'x', 40))).message).toContain('was not accepted within 40 ms');
    accept = true;
    expect((await errorOf(callEcho(invoker, 'x', 800))).message).toContain('did not answer within 800 ms');
  });

  it('on the handler ends the call for both sides', async () => {
    const server = await peers.server({ handlerTimeoutMs: 40 });
    const reason = Promise.withResolvers<unknown>();
    await server.serve({
      target,
      instance,
      func: echo,
      handler: (_, { signal }) => {
        signal.addEventListener('abort', () => reason.resolve(signal.reason));
        return new Promise(() => {});
      },
    });
    expect((await errorOf(callEcho(await peers.invoker()))).code).toBe('timeout');
    expect(await reason.promise).toMatchObject({ code: 'timeout' });
  });

  it('tells a peer that accepts the call too late', async () => {
    const peer = await peers.connect();
    const invocation = Promise.withResolvers<string>();
    peer.subscribe(subject, { callback: (_, { reply = '' }) => invocation.resolve(reply) });
    await peer.flush();
    const failure = errorOf(callEcho(await peers.invoker(), 'x', 800));
    const reply = await invocation.promise;
    expect((await failure).code).toBe('timeout');
    const root = createInbox();
    const canceled = Promise.withResolvers<void>();
    peer.subscribe(`${root}.cancel`, { callback: () => canceled.resolve() });
    peer.publish(reply, Empty, { reply: root });
    await canceled.promise;
  });
});

describe('a process of the target that ended', () => {
  it('fails the calls that it had accepted, and those alone', async () => {
    const invoker = await peers.invoker();
    const accepted = async (): Promise<{ peer: NatsConnection; failure: Promise<RpcError> }> => {
      const peer = await peers.connect();
      const invoked = Promise.withResolvers<string>();
      const served = peer.subscribe(subject, { callback: (_, { reply = '' }) => invoked.resolve(reply) });
      const root = createInbox();
      peer.subscribe(`${root}.>`, { callback: () => {} });
      await peer.flush();
      const failure = errorOf(callEcho(invoker, 'x', 60_000));
      peer.publish(await invoked.promise, Empty, { reply: root });
      served.unsubscribe();
      await peer.flush();
      return { peer, failure };
    };
    const [ended, other] = [await accepted(), await accepted()];
    let isOver = false;
    void other.failure.then(() => {
      isOver = true;
    });
    await ended.peer.close();
    invoker.targetEnded('elsewhere');
    invoker.targetEnded(target);
    const { code, message } = await ended.failure;
    expect({ code, message }).toEqual({
      code: 'terminated',
      message: expect.stringContaining('the process of the peer ended amid the call'),
    });
    expect(isOver).toBe(false);
    await other.peer.close();
    invoker.targetEnded(target);
    expect((await other.failure).code).toBe('terminated');
  });
});

describe('a target that nobody serves any more', () => {
  it('fails the calls that were sent to it before and not accepted, and those alone', async () => {
    const invoker = await peers.invoker();
    const peer = await peers.connect();
    const invoked = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let count = 0;
    peer.subscribe(subject, { callback: (_, { reply = '' }) => invoked[count++]?.resolve(reply) });
    await peer.flush();
    const accepted = errorOf(callEcho(invoker));
    const root = createInbox();
    peer.publish((await invoked[0]?.promise) ?? '', Empty, { reply: root });
    await peer.flush();
    const lost = errorOf(callEcho(invoker));
    await invoked[1]?.promise;
    const before = performance.now();
    const later = callEcho(invoker, 'x', 300);
    let isOver = false;
    void accepted.then(() => {
      isOver = true;
    });
    invoker.targetGone('elsewhere', performance.now());
    invoker.targetGone(target, before);
    const { code, message } = await lost;
    expect({ code, message }).toEqual({
      code: 'terminated',
      message: expect.stringContaining('ended before it accepted the call'),
    });
    expect((await errorOf(later)).code).toBe('timeout');
    expect(isOver).toBe(false);
  });
});

describe('serving', () => {
  it('fails when NATS refuses the subscription', async () => {
    await peers.nats[Symbol.asyncDispose]();
    peers.nats = await startNatsServer({
      config: `authorization { users = [ { user: u, password: p, permissions: { subscribe: { deny: "${lattice}.>" } } } ] }`,
    });
    const connection = await peers.connect({ user: 'u', pass: 'p' });
    const server = createNatsServer({ connection, lattice });
    const served = { target, instance, func: echo, handler: async () => ok() };
    expect((await errorOf(server.serve(served))).message).toContain('NATS refused the subscription');
    await server.close();
  });
});
