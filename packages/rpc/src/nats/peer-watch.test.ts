import { afterEach, beforeEach, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import { NatsPeers } from './testing/nats-peers.js';

const feed = func('feed', [], t.stream(t.u8));
const call = { target: 'feeder', instance: 'test:feed/feed@1.0.0', func: feed, params: [] };

let peers: NatsPeers;

beforeEach(async () => {
  peers = await NatsPeers.start();
});
afterEach(() => peers[Symbol.asyncDispose]());

/** A feeder that answers when it is told to, and its connection. */
async function startFeeder(target = call.target) {
  const connection = await peers.connect();
  const server = await peers.server({ connection });
  const answer = Promise.withResolvers<AsyncIterable<Uint8Array>>();
  await server.serve({
    ...call,
    target,
    handler: () => answer.promise,
  });
  return { connection, answer: answer.resolve };
}

/** Resolves when it listens; then `done` resolves when so many questions were asked whether a peer is there. */
async function asked(
  times: number,
): Promise<{ readonly done: Promise<void>; readonly subjects: Set<string> }> {
  const connection = await peers.connect();
  let left = times;
  const subjects = new Set<string>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const subscription = connection.subscribe('_INBOX.*.*.alive', {
    callback: (_, { subject }) => {
      subjects.add(subject);
      if (--left > 0) return;
      // Somebody who listens is somebody for the peer to be asked for.
      subscription.unsubscribe();
      resolve();
    },
  });
  await connection.flush();
  return { done: promise, subjects };
}

async function* silence(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1);
  await new Promise(() => {});
}

it('a call whose peer ends without a word fails, long before its deadline', async () => {
  const feeder = await startFeeder();
  const invoker = await peers.invoker({ peerCheckMs: 20 });
  const isAccepted = await asked(1);
  const result = invoker.invoke({ ...call, timeoutMs: 3_600_000 });
  result.catch(() => {});
  await isAccepted.done;
  await feeder.connection.close();
  await expect(result).rejects.toMatchObject({
    code: 'terminated',
    message: expect.stringMatching(/is gone/),
  });
});

it('a stream whose peer ends without a word fails for its reader', async () => {
  const feeder = await startFeeder();
  feeder.answer(silence());
  const invoker = await peers.invoker({ peerCheckMs: 20 });
  const stream = (await invoker.invoke(call)) as AsyncIterable<Uint8Array>;
  const reading = stream[Symbol.asyncIterator]();
  expect(await reading.next()).toMatchObject({ value: Uint8Array.of(1) });
  const next = reading.next();
  next.catch(() => {});
  await feeder.connection.close();
  await expect(next).rejects.toMatchObject({ code: 'terminated' });
});

it('a peer that is there may take as long as it wants', async () => {
  const feeder = await startFeeder();
  const invoker = await peers.invoker({ peerCheckMs: 5 });
  const enough = await asked(10);
  const result = invoker.invoke(call);
  await enough.done;
  feeder.answer(
    (async function* () {
      yield Uint8Array.of(2);
    })(),
  );
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await result) as AsyncIterable<Uint8Array>) chunks.push(chunk);
  expect(chunks).toEqual([Uint8Array.of(2)]);
});

it('a call that is over asks no more', async () => {
  const feeder = await startFeeder();
  await startFeeder('silent');
  const invoker = await peers.invoker({ peerCheckMs: 5 });
  const result = invoker.invoke(call);
  feeder.answer((async function* () {})());
  for await (const _ of (await result) as AsyncIterable<Uint8Array>);
  const questions = await asked(3);
  invoker.invoke({ ...call, target: 'silent' }).catch(() => {});
  await questions.done;
  expect(questions.subjects.size).toBe(1);
});

it('a call that nobody accepts in time fails, however long its result may take', async () => {
  const invoker = await peers.invoker();
  const deaf = await peers.connect();
  deaf.subscribe(`default.feeder.>`, { callback: () => {} });
  await deaf.flush();
  await expect(invoker.invoke({ ...call, timeoutMs: 3_600_000, acceptTimeoutMs: 1 })).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('was not accepted within 1 ms'),
  });
});

it('a call that was accepted has its own time for the result', async () => {
  const feeder = await startFeeder();
  const invoker = await peers.invoker({ peerCheckMs: 400 });
  const questions = await asked(3);
  const result = invoker.invoke({ ...call, timeoutMs: 3_600_000, acceptTimeoutMs: 1_000 });
  // By now the time for its acceptance is over.
  await questions.done;
  feeder.answer((async function* () {})());
  for await (const _ of (await result) as AsyncIterable<Uint8Array>);
});
