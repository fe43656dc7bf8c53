import { setImmediate as turn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GuestClock, type ThreadClock } from './guest-clock.js';
import { GuestSlices } from './guest-slices.js';

let clock: GuestClock;
/** The threads of clocks, the last one last. */
let threads: Worker[];

function addThread(worker: Worker): void {
  threads.push(worker);
}

beforeEach(() => {
  threads = [];
  process.on('worker', addThread);
  clock = new GuestClock();
});

afterEach(async () => {
  process.off('worker', addThread);
  await clock.close();
});

/** What each check of a guest does. */
function look({ word }: ThreadClock, slices: GuestSlices): void {
  if (new Int32Array(word.buffer)[0] !== 0) slices.isSliceOver(0);
}

/** Checks, as a guest that computes does all the time, until it has seen so many ticks. */
async function compute(thread: ThreadClock, slices: GuestSlices, ticks: number): Promise<void> {
  const view = new Int32Array(thread.word.buffer);
  for (let seen = 0; seen < ticks; await turn()) {
    if (view[0] === 0) continue;
    look(thread, slices);
    seen++;
  }
}

async function untilAsleep({ sleeping }: ThreadClock): Promise<void> {
  while (Atomics.load(sleeping, 0) !== 1) await turn();
}

it('sleeps while no guest computes, and is woken by the first that finds its word set', async () => {
  const thread = clock.add(0);
  const slices = new GuestSlices(thread);
  await compute(thread, slices, 5);
  for (let i = 0; i < 3; i++) {
    await untilAsleep(thread);
    expect(slices.isAsking).toBe(true);
    await compute(thread, slices, 3);
  }
});

it('is there for a thread that comes while it sleeps', async () => {
  const [first, second] = [clock.add(0), clock.add(1)];
  await untilAsleep(first);
  await compute(second, new GuestSlices(second), 3);
  const third = clock.add(2);
  await compute(third, new GuestSlices(third), 3);
});

it('asks no thread that has ended', async () => {
  const [first, second] = [clock.add(0), clock.add(1)];
  clock.remove(1);
  await untilAsleep(first);
  new Int32Array(second.word.buffer)[0] = 0;
  await compute(first, new GuestSlices(first), 5);
  expect(new Int32Array(second.word.buffer)[0]).toBe(0);
});

it.each([
  ['while it runs', async () => {}],
  ['while it sleeps', untilAsleep],
])('has another thread where its own dies %s', async (_, wait) => {
  const thread = clock.add(0);
  const slices = new GuestSlices(thread);
  await compute(thread, slices, 2);
  await wait(thread);
  await threads[0]?.terminate();
  await compute(thread, slices, 5);
  expect(threads).toHaveLength(2);
});

it('can be closed twice', async () => {
  await clock.close();
  await clock.close();
  expect(threads).toHaveLength(1);
});
