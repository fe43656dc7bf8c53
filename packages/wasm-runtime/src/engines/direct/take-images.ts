import { withoutPreemption } from '../preemption.js';
import { maxMemoryBytes } from './instance-state.js';
import { LinkedInstance } from './linked-instance.js';
import { loadProgram } from './load-program.js';
import type { MemoryImage, MemoryImages, SharedMappedImage } from './memory/index.js';
import type { PreparedProgram } from './prepared-program.js';

/** Smaller memories, in bytes, are copied on every machine that was measured. */
const leastShared = 256 * 1024;

/**
 * What memories hold in a new instance, for all threads: found out without running code of the guest, which has no start functions
 * then. The images are held once, for the prepared component.
 *
 * @returns `undefined` where it can't be known before, or would not be shared
 */
export async function takeImages(
  prepared: PreparedProgram,
  component: string,
  memories: () => MemoryImages,
): Promise<readonly SharedMappedImage[] | undefined> {
  const program = loadProgram(prepared, { component, suspends: () => false });
  if (program.starts !== 'never' || program.resetObstacle !== undefined || program.memories === 0) {
    return undefined;
  }
  const linked = new LinkedInstance(program, withoutPreemption());
  try {
    await linked.instantiate(undefined);
  } catch {
    // The first invocation tells what is wrong with it.
    return undefined;
  }
  const sizes = linked.state.memories.map(({ buffer }) => buffer.byteLength);
  if (Math.max(...sizes) > maxMemoryBytes || Math.min(...sizes) < leastShared) return undefined;
  const images = linked.state.memories.map((memory) => memories().capture(memory));
  try {
    return shareAll(images);
  } finally {
    for (const image of images) image.release();
  }
}

/** All or none: small memories are copied, and a copy is as soon made in each thread. */
function shareAll(images: readonly MemoryImage[]): readonly SharedMappedImage[] | undefined {
  const shared = images.map((image) => image.share());
  const mapped = shared.filter((image) => image.kind === 'mapped');
  if (mapped.length < shared.length) return undefined;
  for (const { holders } of mapped) Atomics.add(holders, 0, 1);
  return mapped;
}
