/** Entry of the clock's thread: see {@link GuestClock}. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ClockData, ToClock } from './guest-clock.js';

if (parentPort === null) throw new Error('guest-clock-thread.js is a thread of the host, not a program');
const { sleeping, tickMs, ticksUntilSleep } = workerData as ClockData;

let idleTicks = 0;

const words = new Map<number, Int32Array<SharedArrayBuffer>>();
parentPort.on('message', (message: ToClock) => {
  if (message.kind === 'remove') {
    words.delete(message.number);
    return;
  }
  words.set(message.number, new Int32Array(message.word.buffer));
  // A guest of that thread may have found its word set before this clock knew of it.
  idleTicks = 0;
  Atomics.store(sleeping, 0, 0);
  Atomics.notify(sleeping, 0);
});

/** A word that is still set since the last tick is one that no guest has looked at. */
function tick(): void {
  let isIdle = true;
  for (const word of words.values()) {
    if (Atomics.exchange(word, 0, 1) === 0) isIdle = false;
  }
  idleTicks = isIdle ? idleTicks + 1 : 0;
}

/**
 * While the clock sleeps all words are set, and whoever sets one back wakes it. Each side writes its own before it reads what the other
 * has written, so that one of them sees what the other did.
 */
async function sleep(): Promise<void> {
  Atomics.store(sleeping, 0, 1);
  for (const word of words.values()) {
    if (Atomics.load(word, 0) === 0) Atomics.store(sleeping, 0, 0);
  }
  await Atomics.waitAsync(sleeping, 0, 1).value;
  idleTicks = 0;
}

async function run(): Promise<never> {
  for (;;) {
    if (idleTicks >= ticksUntilSleep) await sleep();
    await new Promise((resolve) => setTimeout(resolve, tickMs));
    tick();
  }
}

void run();
