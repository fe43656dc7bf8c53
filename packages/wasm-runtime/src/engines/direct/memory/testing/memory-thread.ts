/** Entry of a thread that opens an image, writes to memories of it, and resets them. */
import { parentPort, workerData } from 'node:worker_threads';
import { webAssembly } from '../../../web-assembly.js';
import type { SharedImage } from '../memory-images.js';
import { sumOf } from './memory-sum.js';
import { type MemoryWayName, openMemoryWay } from './memory-ways.js';

export interface MemoryThreadWork {
  readonly way: MemoryWayName;
  readonly shared: SharedImage;
  readonly memories: number;
  readonly rounds: number;
}

export type MemoryThreadReport =
  | { readonly kind: 'gone' }
  /** What the memories held after each reset, as sums over all bytes: all the same if nothing leaked. */
  | { readonly kind: 'done'; readonly sums: readonly number[] };

function run({ way, shared, memories, rounds }: MemoryThreadWork): MemoryThreadReport {
  const image = openMemoryWay(way).open(shared);
  if (image === undefined) return { kind: 'gone' };
  const pages = image.size / 65_536;
  const attached = Array.from({ length: memories }, () =>
    image.attach(new webAssembly.Memory({ initial: pages, maximum: pages })),
  );
  const sums = new Set<number>(attached.map(({ bytes }) => sumOf(bytes)));
  for (let round = 0; round < rounds; round++) {
    for (const [index, memory] of attached.entries()) {
      for (let at = round; at < memory.bytes.length; at += 4096 * (3 + index)) memory.bytes[at] = round;
      memory.restore();
      sums.add(sumOf(memory.bytes));
    }
  }
  image.release();
  return { kind: 'done', sums: [...sums] };
}

parentPort?.postMessage(run(workerData as MemoryThreadWork));
