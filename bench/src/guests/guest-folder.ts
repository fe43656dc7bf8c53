import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { buildHttpGuest, type HttpGuestOptions, numberedGuest } from './http-guest.js';

export interface GuestFile {
  /** `guest-7` */
  readonly componentId: string;
  /** Where a host finds it. */
  readonly componentRef: string;
  /** What it answers. */
  readonly greeting: string;
}

/** HTTP components on disk, no two alike, and a cache for a host that has never seen them; all goes with its scope. */
export interface GuestFolder extends AsyncDisposable {
  readonly guests: readonly GuestFile[];
  readonly cacheDir: string;
}

/** @param count at most 1,000 */
export async function createGuestFolder(count: number, options?: HttpGuestOptions): Promise<GuestFolder> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await createTempDir());
  const cacheDir = join(folder.path, 'cache');
  await mkdir(cacheDir);
  const guest = await buildHttpGuest(options);
  const guests: GuestFile[] = [];
  for (let number = 0; number < count; number++) {
    const { bytes, greeting } = numberedGuest(guest, number);
    const file = join(folder.path, `${number}.wasm`);
    await writeFile(file, bytes);
    guests.push({ componentId: `guest-${number}`, componentRef: `file://${file}`, greeting });
  }
  const all = started.move();
  return { guests, cacheDir, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
