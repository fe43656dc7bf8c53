import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface TrimOptions {
  readonly folder: string;
  readonly maxBytes: number;
  /** File name of a blob that stays. */
  readonly keep: string | undefined;
}

interface Entry {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly usedAt: number;
}

/** What a transfer that broke off left is kept for so long, in ms. */
const partialMs = 86_400_000;

/** Removes blobs that were not used for the longest, tags of those that are gone, and old remains of transfers. */
export async function trimCache({ folder, maxBytes, keep }: TrimOptions): Promise<void> {
  const blobs = (await entries(join(folder, 'blobs'))).sort((a, b) => a.usedAt - b.usedAt);
  let total = blobs.reduce((sum, { size }) => sum + size, 0);
  const gone = new Set<string>();
  for (const { name, path, size } of blobs) {
    if (total <= maxBytes) break;
    if (name === keep) continue;
    await rm(path, { force: true });
    gone.add(name);
    total -= size;
  }
  for (const { path, usedAt } of await entries(join(folder, 'partial'))) {
    if (Date.now() - usedAt > partialMs) await rm(path, { force: true });
  }
  if (gone.size > 0) await removeTags(folder, gone);
}

async function removeTags(folder: string, gone: ReadonlySet<string>): Promise<void> {
  for (const { path } of await entries(join(folder, 'tags'))) {
    const text = await readFile(path, 'utf8').catch(() => '');
    const hex = /"digest":"sha256:([0-9a-f]{64})"/.exec(text)?.[1];
    if (hex === undefined || gone.has(hex)) await rm(path, { force: true });
  }
}

/** Files of a folder; those that another host removes meanwhile are left out. */
async function entries(folder: string): Promise<Entry[]> {
  const names = await readdir(folder);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      return stats?.isFile() ? { path, name, size: stats.size, usedAt: stats.mtimeMs } : undefined;
    }),
  );
  return found.filter((entry) => entry !== undefined);
}
