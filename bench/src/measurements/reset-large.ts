import {
  type CompiledComponent,
  chooseMemoryWay,
  createEngine,
  type HostImports,
} from '@wasmlattice/wasm-runtime/engines';
import { buildLargeGuest, largeGuestBytes, largeInterface, writtenPages } from '../guests/large-guest.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const resetsPerRound = 1_000;

const noImports: HostImports = new Map();

export const resetLarge: Measurement = {
  name: 'reset-large',
  unit: 'µs',
  better: 'lower',
  target: 0.15,
  title: `bringing an instance with ${largeGuestBytes} bytes of memory back, ${writtenPages} pages of which its invocation wrote`,
  baseline: 'copying the whole memory, the same pages of which were written',
  async measure() {
    const memoryReset = chooseMemoryWay();
    const engine = createEngine({ choice: 'direct', memoryReset });
    const compiled = await engine.compile(await buildLargeGuest(), {
      component: 'large',
      suspends: () => false,
    });
    const expected = await invoke(compiled, 'sum');
    const copy = createCopy();
    const round = (): Promise<number> => resetMicroseconds(compiled);
    await round();
    copyMicroseconds(copy);
    const measured = await medianOfRounds(5, round, async () => copyMicroseconds(copy));
    if ((await invoke(compiled, 'sum')) !== expected) throw new Error('the instance was not brought back');
    compiled.dispose?.();
    return { ...measured, note: `${memoryReset.way}: ${memoryReset.reason}` };
  },
};

async function invoke(compiled: CompiledComponent, func: string, ...params: unknown[]): Promise<unknown> {
  const instance = await compiled.instantiate(noImports);
  const answer = await instance.call(largeInterface, func, params);
  instance.release?.();
  return answer;
}

/** Mean time of a reset: that of all there is to an instance, and with what it costs in the long run. */
async function resetMicroseconds(compiled: CompiledComponent): Promise<number> {
  let ms = 0;
  for (let i = 0; i < resetsPerRound; i++) {
    const instance = await compiled.instantiate(noImports);
    await instance.call(largeInterface, 'write', [i]);
    const began = performance.now();
    instance.release?.();
    ms += performance.now() - began;
  }
  return (ms / resetsPerRound) * 1000;
}

interface Copy {
  readonly memory: Uint8Array;
  readonly image: Uint8Array;
}

function createCopy(): Copy {
  const image = new Uint8Array(largeGuestBytes);
  for (let i = 0; i < image.length; i++) image[i] = i * 31;
  return { memory: image.slice(), image };
}

function copyMicroseconds({ memory, image }: Copy): number {
  const stride = Math.floor(memory.length / writtenPages);
  let ms = 0;
  for (let i = 0; i < resetsPerRound; i++) {
    for (let at = 0; at < memory.length; at += stride) memory[at] = i;
    const began = performance.now();
    memory.set(image);
    ms += performance.now() - began;
  }
  return (ms / resetsPerRound) * 1000;
}
