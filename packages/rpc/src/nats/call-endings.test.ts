import { getEventListeners } from 'node:events';
import { createInbox, type Msg } from 'nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { func, t } from '../builders.js';
import { RpcError, type RpcErrorCode } from '../rpc-error.js';
import type { WitFunction } from '../types.js';
import { invocationSubject } from './index.js';
import {
  CallStage,
  emptyBooks,
  HeldCall,
  instance,
  type Lines,
  target,
  windowBytes,
} from './testing/call-stage.js';
import { lattice } from './testing/nats-peers.js';

/** A plain call. */
const ask = func('ask', [['text', t.string]], t.string);
/** One with all that a call can hold open. */
const exchange = func('exchange', [['lines', t.stream(t.string)]], t.stream(t.string));
const feed = func('feed', [], t.stream(t.string));
const timeoutMs = 60_000;

let stage: CallStage;

beforeEach(async () => {
  stage = await CallStage.start();
  await stage.serve([ask, exchange, feed]);
});
afterEach(() => stage[Symbol.asyncDispose]());

/** Settles with what the promise is rejected with. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const failure = promise.then(
    (value) => {
      throw new Error(`it succeeded with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
  failure.catch(() => {});
  return failure;
}

function invoke(call: HeldCall, served: WitFunction, of = target): Promise<unknown> {
  const params = served.params.map(() => (served === ask ? 'text' : call.params));
  const { signal } = call.controller;
  const result = stage.invoker.invoke({ target: of, instance, func: served, params, signal, timeoutMs });
  const failure = failureOf(result);
  call.failure = () => failure;
  return result;
}

/** What the caller's connection was sent before, the acceptance of a call among it, has arrived. */
async function roundTrip(): Promise<void> {
  const { handler } = stage;
  stage.handler = async ([text]) => text;
  await stage.invoker.invoke({ target, instance, func: ask, params: ['round trip'], timeoutMs });
  stage.handler = handler;
}

/** Sends lines in both directions, and reads the first that comes back. */
async function startExchange(call: HeldCall): Promise<AsyncIterator<string[]>> {
  stage.handler = async (_, context) => {
    call.entered.resolve(context);
    return call.results;
  };
  call.params.put('a');
  call.results.put('A');
  const stream = (await invoke(call, exchange)) as Lines;
  const reading = stream[Symbol.asyncIterator]();
  expect((await reading.next()).value).toEqual(['A']);
  call.reading = reading;
  return reading;
}

/** Brings a call to where it is to end. */
const phases = {
  'is on its way': async (call: HeldCall) => {
    stage.handler = (_, context) => {
      call.entered.resolve(context);
      return call.answer.promise;
    };
    const holder = await stage.peers.connect();
    const held = Promise.withResolvers<void>();
    holder.subscribe(invocationSubject(lattice, 'held', instance, exchange.name), {
      callback: (_, { data, headers, reply = '' }) => {
        const subject = invocationSubject(lattice, target, instance, exchange.name);
        call.letThrough = () => holder.publish(subject, data, headers ? { reply, headers } : { reply });
        held.resolve();
      },
    });
    await holder.flush();
    invoke(call, exchange, 'held').catch(() => {});
    await held.promise;
  },
  'sends its parameters': async (call: HeldCall) => {
    const heard = Promise.withResolvers<void>();
    stage.handler = async ([lines], context) => {
      call.entered.resolve(context);
      const listening = (async () => {
        for await (const _ of lines as Lines) heard.resolve();
      })();
      return await Promise.race([listening, call.answer.promise]);
    };
    call.params.put('a');
    invoke(call, exchange).catch(() => {});
    await heard.promise;
  },
  'has a handler at work': async (call: HeldCall) => {
    stage.handler = (_, context) => {
      call.entered.resolve(context);
      return call.answer.promise;
    };
    invoke(call, ask).catch(() => {});
    await call.entered.promise;
    await roundTrip();
  },
  'sends its result': async (call: HeldCall) => {
    const reading = await startExchange(call);
    const failure = failureOf(reading.next());
    call.failure = () => failure;
  },
  'waits for its readers': async (call: HeldCall) => {
    const reading = await startExchange(call);
    const readOn = async (): Promise<void> => {
      while (!(await reading.next()).done);
    };
    let failure: Promise<unknown> | undefined;
    call.failure = () => {
      failure ??= failureOf(readOn());
      return failure;
    };
    for (let i = 0; i < 16; i++) {
      call.params.put('x'.repeat(256));
      call.results.put('x'.repeat(256));
    }
    await expect.poll(() => stage.books.callerBytes).toBeGreaterThan(windowBytes);
    await expect.poll(() => stage.books.serverBytes).toBeGreaterThan(windowBytes);
  },
} satisfies Record<string, (call: HeldCall) => Promise<void>>;

type Phase = keyof typeof phases;

const reason = new Error('changed my mind');

/** Ways to end a call, each followed by what makes the peers whole again. */
const endings = {
  'its caller aborts it': async ({ controller }: HeldCall) => controller.abort(reason),
  'its deadline passes': async () => stage.passTime(timeoutMs),
  'its caller loses the connection': async (call: HeldCall) => {
    const mend = await stage.caller.cut();
    await call.failure();
    await mend();
  },
  'its invoker is closed': async () => {
    await stage.invoker.close();
    stage.invoker = stage.createInvoker();
  },
  'its server loses the connection': async () => {
    const mend = await stage.callee.cut();
    await mend();
  },
  'its handler throws while its server has no connection': async ({ answer }: HeldCall) => {
    const mend = await stage.callee.cut();
    answer.reject(new Error('disk full'));
    await mend();
  },
  'its server closes': async () => {
    await stage.server.close();
    await stage.serve([ask, exchange, feed], true);
  },
  'its handler throws': async ({ answer }: HeldCall) => answer.reject(new Error('disk full')),
  'a stream of its result fails': async ({ results }: HeldCall) => results.put(new Error('disk full')),
  'a stream of its parameters fails': async ({ params }: HeldCall) => params.put(new Error('unreadable')),
} satisfies Record<string, (call: HeldCall) => Promise<void>>;

type Ending = keyof typeof endings;

/** What the caller gets to know, and the handler's signal; `undefined` for one that has nothing to tell. */
const table: readonly [Ending, Phase, RpcErrorCode | Error, RpcErrorCode | undefined][] = [
  ['its caller aborts it', 'is on its way', reason, 'canceled'],
  ['its caller aborts it', 'sends its parameters', reason, 'canceled'],
  ['its caller aborts it', 'has a handler at work', reason, 'canceled'],
  ['its deadline passes', 'is on its way', 'timeout', 'canceled'],
  ['its deadline passes', 'sends its parameters', 'timeout', 'canceled'],
  ['its deadline passes', 'has a handler at work', 'timeout', 'canceled'],
  ['its caller loses the connection', 'is on its way', 'disconnected', 'canceled'],
  ['its caller loses the connection', 'sends its parameters', 'disconnected', 'canceled'],
  ['its caller loses the connection', 'has a handler at work', 'disconnected', 'canceled'],
  ['its caller loses the connection', 'sends its result', 'disconnected', 'canceled'],
  ['its caller loses the connection', 'waits for its readers', 'disconnected', 'canceled'],
  ['its invoker is closed', 'sends its parameters', 'closed', 'canceled'],
  ['its invoker is closed', 'has a handler at work', 'closed', 'canceled'],
  ['its invoker is closed', 'sends its result', 'closed', 'canceled'],
  ['its invoker is closed', 'waits for its readers', 'closed', 'canceled'],
  ['its server loses the connection', 'sends its parameters', 'peer-failed', undefined],
  ['its server loses the connection', 'sends its result', 'peer-failed', undefined],
  ['its server loses the connection', 'waits for its readers', 'peer-failed', undefined],
  [
    'its handler throws while its server has no connection',
    'has a handler at work',
    'peer-failed',
    undefined,
  ],
  ['its server closes', 'sends its parameters', 'terminated', 'terminated'],
  ['its server closes', 'has a handler at work', 'terminated', 'terminated'],
  ['its server closes', 'sends its result', 'terminated', 'terminated'],
  ['its server closes', 'waits for its readers', 'terminated', 'terminated'],
  ['its handler throws', 'sends its parameters', 'peer-failed', undefined],
  ['its handler throws', 'has a handler at work', 'peer-failed', undefined],
  ['a stream of its result fails', 'sends its result', 'peer-failed', undefined],
  ['a stream of its parameters fails', 'sends its parameters', 'canceled', 'canceled'],
  ['a stream of its parameters fails', 'sends its result', 'canceled', 'canceled'],
];

describe('a call ends for both sides, and leaves nothing behind,', () => {
  it.each(table)('when %s while it %s', async (ending, phase, expected, expectedReason) => {
    const { caller, callee } = stage;
    const subscribing = [caller, callee].map(({ connection }) => vi.spyOn(connection, 'subscribe'));
    const call = new HeldCall();
    await phases[phase](call);
    await endings[ending](call);
    const failure = await call.failure();
    call.letThrough();
    const of = {
      target: phase === 'is on its way' ? 'held' : target,
      func: phase === 'has a handler at work' ? 'ask' : 'exchange',
    };
    if (typeof expected === 'string') expectRpcError(failure, expected, of);
    else expect(failure).toBe(expected);
    if (expectedReason) expectRpcError(await call.reason(), expectedReason, { ...of, target });
    await expectNothingLeft(call, phase);
    await expectNextCallWorks();
    if (ending === 'its server closes' || ending === 'its invoker is closed') return;
    for (const spy of subscribing) expect(spy).not.toHaveBeenCalled();
  });
});

function expectRpcError(
  error: unknown,
  code: RpcErrorCode,
  of: { readonly target: string; readonly func: string },
): void {
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toMatchObject({ code, instance, ...of });
  expect((error as RpcError).message).toContain(`${instance}.${of.func} on ${of.target}: `);
}

async function expectNothingLeft(call: HeldCall, phase: Phase): Promise<void> {
  if (phase !== 'has a handler at work') await call.params.left;
  if (phase === 'sends its result' || phase === 'waits for its readers') await call.results.left;
  await expectEmptyBooks(call);
}

async function expectEmptyBooks(call?: HeldCall): Promise<void> {
  await expect.poll(() => stage.books).toEqual(emptyBooks);
  if (call) expect(getEventListeners(call.controller.signal, 'abort')).toEqual([]);
}

async function expectNextCallWorks(): Promise<void> {
  stage.handler = async ([lines]) =>
    (async function* () {
      for await (const chunk of lines as Lines) yield chunk.map((line) => line.toUpperCase());
    })();
  const lines = (async function* () {
    yield ['next'];
  })();
  const heard: string[] = [];
  const invocation = { target, instance, func: exchange, params: [lines], timeoutMs };
  for await (const chunk of (await stage.invoker.invoke(invocation)) as Lines) heard.push(...chunk);
  expect(heard).toEqual(['NEXT']);
  await expectEmptyBooks();
}

describe('a call that has its result', () => {
  it.each(['sends its result', 'waits for its readers'] as const)(
    'is over when its caller leaves it while it %s',
    async (phase) => {
      const call = new HeldCall();
      await phases[phase](call);
      await call.reading?.return?.();
      await expectNothingLeft(call, phase);
      await expectNextCallWorks();
    },
  );

  it('is beyond its signal and its deadline', async () => {
    const call = new HeldCall();
    const reading = await startExchange(call);
    call.controller.abort(reason);
    stage.passTime(timeoutMs);
    // Behind what the end of the call would have sent.
    await roundTrip();
    call.results.put('B');
    expect((await reading.next()).value).toEqual(['B']);
    await reading.return?.();
    await expectNothingLeft(call, 'sends its result');
  });

  it('lets its handler read on where it asked for it, although its caller left the result', async () => {
    const call = new HeldCall();
    const read = Promise.withResolvers<string>();
    stage.handler = async ([lines], context) => {
      const reading = (async () => {
        let all = '';
        for await (const [line] of lines as Lines) {
          all += line;
          if (line === 'b') break;
        }
        return all;
      })();
      read.resolve(reading);
      context.waitUntil(reading);
      return call.results;
    };
    call.params.put('a');
    call.results.put('A');
    for await (const _ of (await invoke(call, exchange)) as Lines) break;
    await call.results.left;
    // Behind what the end of the call would have sent.
    await roundTrip();
    call.params.put('b');
    expect(await read.promise).toBe('ab');
    await expectNothingLeft(call, 'sends its result');
  });
});

describe('a connection that is closed for good', () => {
  it('ends the calls of its caller', async () => {
    const call = new HeldCall();
    await phases['sends its parameters'](call);
    await stage.caller.connection.close();
    expectRpcError(await call.failure(), 'disconnected', { target, func: 'exchange' });
    await call.params.left;
    await expect.poll(() => stage.books).toMatchObject({ callerCalls: 0, callerBytes: 0 });
  });

  it('leaves what a handler of its server gives', async () => {
    const call = new HeldCall();
    stage.handler = (_, context) => {
      call.entered.resolve(context);
      return call.answer.promise;
    };
    invoke(call, feed).catch(() => {});
    await call.entered.promise;
    await stage.callee.connection.close();
    call.answer.resolve(call.results);
    await call.results.left;
    await expect.poll(() => stage.books).toMatchObject({ serverCalls: 0, serverInbox: 0, serverBytes: 0 });
    // Nobody can tell its caller, who has a signal and a deadline.
    call.controller.abort(reason);
    expect(await call.failure()).toBe(reason);
  });
});

describe('a server that loses the connection', () => {
  it('tells the caller of parameters that were not complete', async () => {
    const peer = await stage.peers.connect();
    const reply = createInbox();
    const accepted = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<Msg>();
    peer.subscribe(reply, { callback: () => accepted.resolve() });
    peer.subscribe(`${reply}.results`, { callback: (_, message) => ended.resolve(message) });
    // A text of five bytes, of which one came.
    const first = Buffer.from('0561', 'hex');
    peer.publish(invocationSubject(lattice, target, instance, ask.name), first, { reply });
    await accepted.promise;
    await endings['its server loses the connection']();
    const { data, headers } = await ended.promise;
    expect(data.length).toBe(0);
    expect(headers?.get('wasmlattice-error')).toContain('connection dropped');
    await expectEmptyBooks();
    await expectNextCallWorks();
  });
});

describe('a server whose acceptance got lost with its connection', () => {
  it('sends all of a result, once it is back', async () => {
    const call = new HeldCall();
    const dropped = stage.callee.next('disconnect');
    stage.handler = (_, context) => {
      call.entered.resolve(context);
      // Before the acceptance leaves.
      stage.callee.link.cut();
      return call.answer.promise;
    };
    const result = invoke(call, feed);
    result.catch(() => {});
    await dropped;
    const back = stage.callee.next('reconnect');
    stage.callee.link.mend();
    await back;
    const lines = async function* (): Lines {
      for (let i = 0; i < 16; i++) yield ['x'.repeat(windowBytes)];
    };
    call.answer.resolve(lines());
    let length = 0;
    for await (const [line = ''] of (await result) as Lines) length += line.length;
    expect(length).toBe(16 * windowBytes);
    await expectEmptyBooks(call);
  });
});

describe('a call that waits for the connection', () => {
  it('goes on waiting while the server greets its caller and hangs up', async () => {
    const { caller } = stage;
    stage.handler = async ([text]) => text;
    const mend = await caller.cut();
    const again = caller.next('disconnect');
    const call = new HeldCall();
    const answer = invoke(call, ask);
    answer.catch(() => {});
    caller.link.greet();
    await again;
    await mend();
    expect(await answer).toBe('text');
    await expectEmptyBooks(call);
  });
});

describe('a call that is not sent', () => {
  it('leaves its parameters when its signal is aborted already', async () => {
    const call = new HeldCall();
    call.controller.abort(reason);
    invoke(call, exchange).catch(() => {});
    expect(await call.failure()).toBe(reason);
    await call.params.left;
    await expectEmptyBooks(call);
  });
});
