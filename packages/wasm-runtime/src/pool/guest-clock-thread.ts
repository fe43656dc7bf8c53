/** Entry of the clock's thread: see {@link GuestClock}. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ClockData, ToClock } from './guest-clock.js';

if (parentPort === null) throw new Error('guest-clock-thread.js is a thread of the host, not a program');
const { sleeping, tickMs, ticksUntilSleep } = workerData as ClockData;

const words = new Map<number, Int32Array<SharedArrayBuffer>>();
parentPort.on('message', (message: ToClock) => {
  if (message.kind === 'add') words.set(message.number, new Int32Array(message.word.buffer));
  else words.delete(message.number);
});

let idleTicks = 0;

/** A word that is still set since the last tick is one that no guest has looked at. */
function tick(): void {
  let isIdle = true;
  for (const word of words.values()) {
    if (Atomics.exchange(word, 0, 1) === 0) isIdle = false;
  }
  idleTicks = isIdle ? idleTicks + 1 : 0;
}

async function run(): Promise<never> {
  for (;;) {
    if (idleTicks >= ticksUntilSleep) {
      Atomics.store(sleeping, 0, 1);
      await Atomics.waitAsync(sleeping, 0, 1).value;
      idleTicks = 0;
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs));
    tick();
  }
}

void run();
