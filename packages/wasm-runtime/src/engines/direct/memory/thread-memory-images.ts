import {
  chooseMemoryWay,
  createMemoryImages,
  type MemoryWayChoice,
  type MemoryWayWish,
} from './choose-memory-way.js';
import type { MemoryImages } from './memory-images.js';

export interface ThreadMemoryImages {
  readonly images: MemoryImages;
  /** Why memories are reset that way, for the log. */
  readonly reason: string;
}

const byWish = new Map<string, ThreadMemoryImages>();

/**
 * What this thread takes images with; made once, since it opens files that stay open as long as the thread.
 *
 * @param way what the process has chosen; else it is measured for this thread
 */
export function threadMemoryImages(way: MemoryWayWish | MemoryWayChoice): ThreadMemoryImages {
  const key = JSON.stringify(way);
  const known = byWish.get(key);
  if (known !== undefined) return known;
  const choice = typeof way === 'string' ? chooseMemoryWay({ wish: way }) : way;
  let { reason } = choice;
  const images = createMemoryImages(choice, {
    onCopy: (obstacle) => {
      reason = obstacle;
    },
  });
  const created = { images, reason };
  byWish.set(key, created);
  return created;
}
