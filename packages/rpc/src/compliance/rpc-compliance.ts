import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, func, ok, t, type ValueOf } from '../builders.js';
import { peekParams } from '../codec/index.js';
import { keyvalueStore } from '../interfaces/keyvalue.js';
import type { CallHeaders, Invoker } from '../invoke.js';
import { RpcError } from '../rpc-error.js';
import {
  type CallContext,
  type CallHandler,
  HandlerError,
  type ServedHandle,
  type Server,
} from '../serve.js';
import { call, createClient, serveInterface } from '../typed.js';
import type { WitFunction } from '../types.js';
import { deadlineCompliance } from './deadline-compliance.js';
import { streamCompliance } from './stream-compliance.js';

/** What the suite needs of an implementation; made anew for each test. */
export interface RpcSetup {
  readonly invoker: Invoker;
  /** Another member of the lattice that the invoker calls. */
  createServer(): Server | Promise<Server>;
  /** Closes everything, after the servers of the test. */
  close(): Promise<void>;
}

/** What each test of the suites works with. */
export interface RpcFixture {
  readonly invoker: Invoker;
  readonly server: Server;
  createServer(): Promise<Server>;
}

const instance = 'acme:test/calls@1.0.0';
const target = 'peer';

const echo = func('echo', [['text', t.string]], t.string);
const nothing = func('do-nothing', []);

/** The tests every pair of `Invoker` and `Server` passes. */
export function rpcCompliance(name: string, setup: () => Promise<RpcSetup>): void {
  describe(`${name} complies with the rpc seams`, () => {
    let current: RpcSetup;
    let servers: Server[];
    const fixture = {} as { -readonly [K in keyof RpcFixture]: RpcFixture[K] };

    beforeEach(async () => {
      current = await setup();
      servers = [];
      fixture.invoker = current.invoker;
      fixture.createServer = async () => {
        const server = await current.createServer();
        servers.push(server);
        return server;
      };
      fixture.server = await fixture.createServer();
    });

    afterEach(async () => {
      await Promise.all(servers.map((server) => server.close()));
      await current.close();
    });

    unaryCompliance(fixture);
    failureCompliance(fixture);
    lifecycleCompliance(fixture);
    streamCompliance(fixture);
    deadlineCompliance(fixture);
  });
}

function serve(server: Server, served: WitFunction, handler: CallHandler): Promise<ServedHandle> {
  return server.serve({ target, instance, func: served, handler });
}

/** The error of a call that must fail. */
async function failureOf(result: Promise<unknown>): Promise<unknown> {
  try {
    await result;
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}

function expectRpcError(error: unknown, code: RpcError['code'], functionName: string): RpcError {
  expect(error).toBeInstanceOf(RpcError);
  const rpcError = error as RpcError;
  expect({ code: rpcError.code, message: rpcError.message }).toMatchObject({ code });
  expect(rpcError).toMatchObject({ target, instance, func: functionName });
  expect(rpcError.message).toContain(`${instance}.${functionName} on ${target}`);
  return rpcError;
}

function unaryCompliance(fixture: RpcFixture): void {
  describe('a call', () => {
    it('brings parameters there and the result back', async () => {
      await serve(fixture.server, echo, async ([text]) => `${text}!`);
      expect(await call(fixture.invoker, { target, instance, func: echo, params: ['grüß'] })).toBe('grüß!');
    });

    it('carries every kind of value', async () => {
      const everything = t.tuple(
        t.record({ 'created-at': t.u64, tags: t.list(t.string) }),
        t.variant({ empty: undefined, text: t.string }),
        t.enum('low', 'high'),
        t.flags('read', 'write-all'),
        t.option(t.option(t.u8)),
        t.result(t.s64, t.char),
        t.list(t.f64),
        t.own({ instance, name: 'thing' }),
      );
      const same = func('same', [['value', everything]], everything);
      await serve(fixture.server, same, async ([value]) => value);
      const sent: ValueOf<typeof everything> = [
        { createdAt: 2n ** 63n, tags: ['a', ''] },
        { tag: 'text', val: 'x' },
        'high',
        { read: false, writeAll: true },
        { tag: 'some', val: undefined },
        err('€'),
        [1.5, -0, Number.POSITIVE_INFINITY],
        Uint8Array.of(0xde, 0xad),
      ];
      const received = await call(fixture.invoker, { target, instance, func: same, params: [sent] });
      expect(received).toEqual(sent);
    });

    it('works without parameters and without a result, and waits for the handler', async () => {
      let isFinished = false;
      await serve(fixture.server, nothing, async () => {
        await new Promise(setImmediate);
        isFinished = true;
      });
      expect(await call(fixture.invoker, { target, instance, func: nothing, params: [] })).toBeUndefined();
      expect(isFinished).toBe(true);
    });

    it('works for values larger than a message', async () => {
      const blob = func('reverse', [['bytes', t.list(t.u8)]], t.list(t.u8));
      await serve(fixture.server, blob, async ([bytes]) => (bytes as Uint8Array).toReversed());
      const sent = new Uint8Array(2_621_440).map((_, i) => i % 251);
      const received = await call(fixture.invoker, { target, instance, func: blob, params: [sent] });
      expect(Buffer.compare(received, sent.toReversed())).toBe(0);
    });

    it('returns a WIT error as data', async () => {
      const mayFail = func('may-fail', [], t.result(undefined, t.string));
      await serve(fixture.server, mayFail, async () => err('no'));
      expect(await call(fixture.invoker, { target, instance, func: mayFail, params: [] })).toEqual(err('no'));
    });

    it('gives the handler the headers', async () => {
      const seen: unknown[] = [];
      await serve(fixture.server, nothing, async (_, { headers }) => {
        seen.push({ ...headers });
      });
      const headers = { 'source-id': 'comp', 'link-name': 'default', tracestate: '' };
      await fixture.invoker.invoke({ target, instance, func: nothing, params: [], headers });
      await fixture.invoker.invoke({ target, instance, func: nothing, params: [] });
      expect(seen).toEqual([headers, {}]);
    });

    it('reaches methods, constructors, statics and world-level functions by their own names', async () => {
      const counter = { instance, name: 'counter' };
      const functions = [
        func('[constructor]counter', [], t.own(counter)),
        func('[method]counter.add', [['self', t.borrow(counter)]], t.own(counter)),
        func('[static]counter.make', [], t.own(counter)),
      ];
      for (const [i, served] of functions.entries()) {
        await serve(fixture.server, served, async () => Uint8Array.of(i));
        const invocation = {
          target,
          instance,
          func: served,
          params: served.params.map(() => new Uint8Array(1)),
        };
        expect(await fixture.invoker.invoke(invocation)).toEqual(Uint8Array.of(i));
      }
      const worldLevel = func('run', [], t.u8);
      await fixture.server.serve({ target, instance: '', func: worldLevel, handler: async () => 7 });
      expect(await fixture.invoker.invoke({ target, instance: '', func: worldLevel, params: [] })).toBe(7);
    });

    it('does not wait for calls before it', async () => {
      const gate = Promise.withResolvers<string>();
      await serve(fixture.server, echo, async ([text]) => (text === 'slow' ? gate.promise : text));
      const slow = call(fixture.invoker, { target, instance, func: echo, params: ['slow'] });
      expect(await call(fixture.invoker, { target, instance, func: echo, params: ['fast'] })).toBe('fast');
      gate.resolve('done');
      expect(await slow).toBe('done');
    });

    it('goes through a typed client and a typed implementation', async () => {
      const stored = new Map<string, Uint8Array>();
      await serveInterface(fixture.server, {
        target: 'kv',
        interface: keyvalueStore,
        implementation: {
          get: (_bucket, key) => ok(stored.get(key)),
          set: (_bucket, key, value) => {
            stored.set(key, value);
            return ok();
          },
          delete: () => err({ tag: 'access-denied' }),
          exists: (_bucket, key) => ok(stored.has(key)),
          listKeys: () => ok({ keys: [...stored.keys()], cursor: undefined }),
        },
      });
      const client = createClient(fixture.invoker, { target: 'kv', interface: keyvalueStore });
      expect(await client.set('', 'k', Uint8Array.of(1))).toEqual(ok());
      expect(await client.get('', 'k')).toEqual(ok(Uint8Array.of(1)));
      expect(await client.get('', 'none')).toEqual(ok());
      expect(await client.delete('', 'k')).toEqual(err({ tag: 'access-denied' }));
      expect(await client.listKeys('', undefined)).toEqual(ok({ keys: ['k'], cursor: undefined }));
    });
  });
}

function failureCompliance(fixture: RpcFixture): void {
  const callEcho = (options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<string> =>
    call(fixture.invoker, { target, instance, func: echo, params: ['x'], ...options });

  describe('a call that fails', () => {
    it('says so when nobody listens', async () => {
      expectRpcError(await failureOf(callEcho()), 'not-found', 'echo');
    });

    it('says so when the handler throws, with its message', async () => {
      await serve(fixture.server, echo, async () => {
        throw new Error('disk full');
      });
      const error = expectRpcError(await failureOf(callEcho()), 'peer-failed', 'echo');
      expect(error.message).toContain('disk full');
    });

    it('says so when a handler without result throws', async () => {
      await serve(fixture.server, nothing, async () => {
        throw new Error('disk full');
      });
      const error = await failureOf(fixture.invoker.invoke({ target, instance, func: nothing, params: [] }));
      expectRpcError(error, 'peer-failed', 'do-nothing');
    });

    it('says so when the handler returns a value of another type', async () => {
      await serve(fixture.server, echo, async () => 7);
      const { message } = expectRpcError(await failureOf(callEcho()), 'peer-failed', 'echo');
      expect(message).toContain('the handler of echo returned no string: expected string, got number 7');
    });

    it('says so when the parameters are of another type', async () => {
      await serve(fixture.server, echo, async ([text]) => text);
      const invocation = { target, instance, func: echo, params: [7] };
      expectRpcError(await failureOf(fixture.invoker.invoke(invocation)), 'invalid-params', 'echo');
      const tooFew = { target, instance, func: echo, params: [] };
      expectRpcError(await failureOf(fixture.invoker.invoke(tooFew)), 'invalid-params', 'echo');
    });

    it('says so when the peer has another declaration of the function', async () => {
      await serve(fixture.server, func('echo', [['text', t.bool]], t.string), async () => 'x');
      expectRpcError(await failureOf(callEcho()), 'bad-data', 'echo');
    });

    it('ends at its deadline and tells the handler', async () => {
      const aborted = Promise.withResolvers<unknown>();
      await serve(fixture.server, echo, (_, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        return new Promise(() => {});
      });
      expectRpcError(await failureOf(callEcho({ timeoutMs: 50 })), 'timeout', 'echo');
      expect(await aborted.promise).toBeInstanceOf(RpcError);
      // The handler never returns: its server ends it when it closes.
    });

    it('rejects with the reason of its signal and tells the handler', async () => {
      const started = Promise.withResolvers<void>();
      const aborted = Promise.withResolvers<void>();
      await serve(fixture.server, echo, (_, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        started.resolve();
        return new Promise(() => {});
      });
      const controller = new AbortController();
      const failure = failureOf(callEcho({ signal: controller.signal }));
      await started.promise;
      const reason = new Error('changed my mind');
      controller.abort(reason);
      expect(await failure).toBe(reason);
      await aborted.promise;
    });

    it('is not sent with a signal that is already aborted', async () => {
      let calls = 0;
      await serve(fixture.server, echo, async ([text]) => {
        calls++;
        return text;
      });
      const reason = new Error('too late');
      expect(await failureOf(callEcho({ signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect(calls).toBe(0);
    });
  });
}

function lifecycleCompliance(fixture: RpcFixture): void {
  const callEcho = (text: string, signal?: AbortSignal): Promise<string> =>
    call(fixture.invoker, { target, instance, func: echo, params: [text], ...(signal && { signal }) });

  describe('serving', () => {
    it('shares the calls of one target among its servers', async () => {
      const other = await fixture.createServer();
      await serve(fixture.server, echo, async () => 'first');
      await serve(other, echo, async () => 'second');
      const answers = await Promise.all(Array.from({ length: 64 }, () => callEcho('x')));
      expect(new Set(answers)).toEqual(new Set(['first', 'second']));
    });

    it('hands a call on to the member it belongs to, which alone accepts it', async () => {
      const named = func(
        'greet',
        [
          ['member', t.string],
          ['text', t.string],
        ],
        t.string,
      );
      for (const name of ['a', 'b']) {
        const member = await fixture.createServer();
        const handler: CallHandler = async ([, text], { headers }) =>
          `${name}: ${String(text)} ${headers['source-id']}`;
        await member.serve({
          target,
          instance,
          func: named,
          handler,
          forward: ({ params }) => {
            const [owner] = peekParams(named, params);
            return owner === name ? undefined : { target: `${target}.${String(owner)}`, isOptional: false };
          },
        });
        await member.serve({ target: `${target}.${name}`, instance, func: named, handler });
      }
      const greet = (member: string): Promise<unknown> =>
        fixture.invoker.invoke({
          target,
          instance,
          func: named,
          params: [member, 'hello'.repeat(300_000)],
          headers: { 'source-id': 'me' },
        });
      for (let i = 0; i < 8; i++) {
        expect(await greet('a')).toBe(`a: ${'hello'.repeat(300_000)} me`);
        expect(await greet('b')).toBe(`b: ${'hello'.repeat(300_000)} me`);
      }
      expectRpcError(await failureOf(greet('gone')), 'terminated', 'greet');
    });

    it('hands a call on by its headers, and answers itself once the other member is gone', async () => {
      const other = await fixture.createServer();
      const theirs = { target: `${target}.other`, instance, func: echo };
      const there = await other.serve({ ...theirs, handler: async () => 'there' });
      await fixture.server.serve({
        target,
        instance,
        func: echo,
        handler: async () => 'here',
        forward: ({ headers }) =>
          headers.beside === 'other' ? { target: theirs.target, isOptional: true } : undefined,
      });
      const invoke = (headers: CallHeaders): Promise<unknown> =>
        fixture.invoker.invoke({ target, instance, func: echo, params: ['x'], headers });
      expect(await invoke({ beside: 'other' })).toBe('there');
      expect(await invoke({ beside: 'me' })).toBe('here');
      await there.close();
      expect(await invoke({ beside: 'other' })).toBe('here');
    });

    it('tells a handler that its answer does not leave, as its caller gave up', async () => {
      const answer = Promise.withResolvers<string>();
      const entered = Promise.withResolvers<CallContext>();
      const undone: string[] = [];
      await serve(fixture.server, echo, async ([text], context) => {
        context.onUndelivered(() => undone.push(String(text)));
        if (text === 'delivered') return text;
        entered.resolve(context);
        return await answer.promise;
      });
      expect(await callEcho('delivered')).toBe('delivered');
      const controller = new AbortController();
      const left = callEcho('left', controller.signal);
      const { signal } = await entered.promise;
      controller.abort(new Error('it left'));
      await expect(left).rejects.toThrow('it left');
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      answer.resolve('too late');
      await expect.poll(() => undone).toEqual(['left']);
    });

    it('tells a handler that its answer does not leave, as it is none', async () => {
      const undone = Promise.withResolvers<void>();
      await serve(fixture.server, echo, async (_, context) => {
        context.onUndelivered(undone.resolve);
        return 7;
      });
      expectRpcError(await failureOf(callEcho('x')), 'peer-failed', 'echo');
      await undone.promise;
    });

    it('gives the code of a handler that says one', async () => {
      await serve(fixture.server, echo, async ([code]) => {
        throw new HandlerError(code as HandlerError['code'], 'not now');
      });
      for (const code of ['denied', 'limit-exceeded', 'overloaded', 'terminated'] as const) {
        const failure = await failureOf(callEcho(code));
        expectRpcError(failure, code, 'echo');
        expect(failure).toMatchObject({ message: expect.stringMatching(/: not now$/), told: 'not now' });
      }
    });

    it('completes calls in flight before it is closed, and takes no more', async () => {
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<string>();
      const handle = await serve(fixture.server, echo, () => {
        started.resolve();
        return gate.promise;
      });
      const inFlight = callEcho('x');
      await started.promise;
      const closed = handle.close();
      gate.resolve('done');
      expect(await inFlight).toBe('done');
      await closed;
      expectRpcError(await failureOf(callEcho('x')), 'not-found', 'echo');
    });

    it('can be closed twice, function and server alike', async () => {
      const handle = await serve(fixture.server, echo, async ([text]) => text);
      await Promise.all([handle.close(), handle.close()]);
      await handle.close();
      await fixture.server.close();
      await fixture.server.close();
      const late = await failureOf(serve(fixture.server, echo, async ([text]) => text));
      expectRpcError(late, 'closed', 'echo');
    });

    it('loses no call while one of two servers stops and comes back', async () => {
      await serve(fixture.server, echo, async ([text]) => text);
      let isRunning = true;
      let answered = 0;
      const load = Array.from({ length: 16 }, async () => {
        while (isRunning) {
          expect(await callEcho('x')).toBe('x');
          answered++;
          // An implementation without I/O would never let anything else run.
          await new Promise(setImmediate);
        }
      });
      for (let round = 0; round < 5; round++) {
        const other = await fixture.createServer();
        const taken = Promise.withResolvers<void>();
        await serve(other, echo, async ([text]) => {
          taken.resolve();
          await new Promise(setImmediate);
          return text;
        });
        await taken.promise;
        await other.close();
      }
      isRunning = false;
      await Promise.all(load);
      expect(answered).toBeGreaterThan(0);
    });
  });
}
