import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Programs stay this long after their last start, in ms: 30 days. */
const programMs = 30 * 86_400_000;
/** What a killed process left half done, and locks that nobody takes any more: a day. */
const remainsMs = 86_400_000;

/**
 * Removes, as far as it may, programs that nobody has started for long, but for the one that is `kept`. A provider that runs for longer has its program
 * in memory, and puts it back before it starts again.
 */
export async function removeUnused(folder: string, kept: string, now: number = Date.now()): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (path === kept) continue;
    const allowed = name.includes('.') ? remainsMs : programMs;
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > allowed) await rm(path, { force: true }).catch(() => {});
  }
}
