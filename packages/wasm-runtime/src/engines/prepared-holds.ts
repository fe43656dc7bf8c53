import { closeSync } from 'node:fs';
import type { SharedMappedImage } from './direct/memory/index.js';
import type { PreparedComponent } from './engine.js';

// Files that a prepared component names are open in the whole process, and counted: each of those that hold one closes it when it is the last.

/** Gives the files up when nobody in this thread has the prepared component any more. */
const holders = new FinalizationRegistry<readonly SharedMappedImage[]>((images) => {
  for (const { file, holders: count } of images) {
    if (Atomics.sub(count, 0, 1) === 1) closeSync(file);
  }
});

/** This thread holds what the prepared component names: it has made it, or was given it by {@link handOverHolds}. */
export function keepHolds(prepared: PreparedComponent): void {
  if (prepared.images !== undefined) holders.register(prepared, prepared.images, prepared);
}

/** Another thread, which it is posted to, holds that from now on, by {@link keepHolds}. */
export function handOverHolds(prepared: PreparedComponent): void {
  holders.unregister(prepared);
}
