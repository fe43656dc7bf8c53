/** Entry of the clock's thread: see {@link GuestClock}. It never comes to its event loop, which would cost it twice the time. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { ClockData, ToClock } from './guest-clock.js';

if (parentPort === null) throw new Error('guest-clock-thread.js is a thread of the host, not a program');
const port = parentPort;
const { sleeping, tickMs, ticksUntilSleep } = workerData as ClockData;

const words = new Map<number, Int32Array<SharedArrayBuffer>>();
let idleTicks = 0;

function obey(message: ToClock): void {
  if (message.kind === 'remove') {
    words.delete(message.number);
    return;
  }
  words.set(message.number, new Int32Array(message.word.buffer));
  // A guest of that thread may have found its word set before this clock knew of it.
  idleTicks = 0;
}

/** @returns whether there were any */
function readMessages(): boolean {
  let hasRead = false;
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    obey(next.message as ToClock);
    hasRead = true;
  }
  return hasRead;
}

/** A word that is still set since the last tick is one that no guest has looked at. */
function tick(): void {
  let isIdle = true;
  for (const word of words.values()) {
    if (Atomics.exchange(word, 0, 1) === 0) isIdle = false;
  }
  idleTicks = isIdle ? idleTicks + 1 : 0;
}

/**
 * While the clock sleeps all words are set, and whoever sets one back, or has sent a message, wakes it. Each side writes its own before
 * it reads what the other has written, so that one of them sees what the other did.
 */
function sleep(): void {
  Atomics.store(sleeping, 0, 1);
  let isAwake = readMessages();
  for (const word of words.values()) isAwake ||= Atomics.load(word, 0) === 0;
  if (isAwake) Atomics.store(sleeping, 0, 0);
  Atomics.wait(sleeping, 0, 1);
  idleTicks = 0;
}

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

for (;;) {
  readMessages();
  if (idleTicks >= ticksUntilSleep) sleep();
  Atomics.wait(never, 0, 0, tickMs);
  tick();
}
