import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, createInbox, Empty, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import { call } from '../typed.js';
import { createNatsInvoker } from './index.js';

const answer = func('answer', [], t.u32);

let nats: TestNatsServer;
let ours: NatsConnection;
let foreign: NatsConnection;

beforeAll(async () => {
  nats = await startNatsServer();
  [ours, foreign] = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
});

afterAll(async () => {
  await Promise.all([ours.close(), foreign.close()]);
  await nats[Symbol.asyncDispose]();
});

describe('a call without parameters', () => {
  it('is answered by a server that loses the end of its parameters twice', async () => {
    const root = createInbox();
    let caller = '';
    let ends = 0;
    foreign.subscribe('default.forgetful.wrpc.0.0.1.acme:math/ops@1.0.0.answer', {
      callback: (_, { reply }) => {
        caller = reply ?? '';
        foreign.publish(caller, Empty, { reply: root });
      },
    });
    foreign.subscribe(`${root}.params`, {
      callback: () => {
        ends += 1;
        if (ends < 3) return;
        foreign.publish(`${caller}.results`, Uint8Array.of(42));
        foreign.publish(`${caller}.results`);
      },
    });
    await foreign.flush();
    const invoker = createNatsInvoker({ connection: ours, lattice: 'default' });
    const params: [] = [];
    expect(
      await call(invoker, { target: 'forgetful', instance: 'acme:math/ops@1.0.0', func: answer, params }),
    ).toBe(42);
    await invoker.close();
  });
  it('that was given up before it was accepted does not keep such a server from taking others', async () => {
    const root = createInbox();
    const abort = new AbortController();
    const ended = Promise.withResolvers<void>();
    let caller = '';
    let ends = 0;
    foreign.subscribe('default.late.wrpc.0.0.1.acme:math/ops@1.0.0.answer', {
      callback: (_, { reply }) => {
        caller = reply ?? '';
        abort.abort(new Error('enough'));
      },
    });
    foreign.subscribe(`${root}.params`, {
      callback: () => {
        ends += 1;
        if (ends === 3) ended.resolve();
      },
    });
    await foreign.flush();
    const invoker = createNatsInvoker({ connection: ours, lattice: 'default' });
    const { signal } = abort;
    const answered = invoker.invoke({
      target: 'late',
      instance: 'acme:math/ops@1.0.0',
      func: answer,
      params: [],
      signal,
    });
    await expect(answered).rejects.toThrow('enough');
    foreign.publish(caller, Empty, { reply: root });
    await ended.promise;
    await invoker.close();
  });
});
