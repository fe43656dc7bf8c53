import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { trimCache } from './trim-cache.js';

/** The folder of the cache can't be used; the message says why. */
export class ArtifactCacheError extends Error {
  override readonly name = 'ArtifactCacheError';
}

/** What a cache may hold unless somebody says otherwise, in bytes: a hundred artifacts of the usual sizes. */
export const defaultCacheBytes: number = 4 * 1024 ** 3;

export interface ArtifactCacheOptions {
  /** Made when it is needed; hosts of one machine may share it. */
  readonly folder: string;
  /** What all blobs together may have, in bytes; those that were not used for the longest go first. */
  readonly maxBytes: number;
}

/** What a tag stood for when it was last asked for. */
export interface CachedTag {
  /** Of the manifest. */
  readonly digest: string;
  readonly contentType?: string | undefined;
}

/**
 * Blobs and manifests by their digest, and what tags stood for. A file gets its name when it is complete and its digest was checked, so that
 * no reader sees a part of one.
 */
export class ArtifactCache {
  readonly #options: ArtifactCacheOptions;
  #made: Promise<void> | undefined;

  constructor(options: ArtifactCacheOptions) {
    this.#options = options;
  }

  /** Where a blob is, or will be. */
  blobPath(digest: string): string {
    return join(this.#options.folder, 'blobs', hexOf(digest));
  }

  partialPath(digest: string): string {
    return join(this.#options.folder, 'partial', hexOf(digest));
  }

  lockPath(digest: string): string {
    return join(this.#options.folder, 'locks', hexOf(digest));
  }

  /** Makes the folders. @throws ArtifactCacheError */
  prepare(): Promise<void> {
    this.#made ??= this.#guard(async () => {
      const { folder } = this.#options;
      await mkdir(dirname(folder), { recursive: true });
      // What came from a closed registry is not for every user of the machine.
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const part of ['blobs', 'partial', 'locks', 'tags']) {
        await mkdir(join(folder, part), { recursive: true });
      }
    }).catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  /** Whether the blob is there and as it should be. One that was changed on disk is removed. */
  async has(digest: string): Promise<boolean> {
    const path = this.blobPath(digest);
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
        hash.update(chunk as Buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw this.#failure(error);
    }
    if (`sha256:${hash.digest('hex')}` !== digest) {
      await rm(path, { force: true });
      return false;
    }
    await this.#touch(path);
    return true;
  }

  /** Stores bytes whose digest was checked. */
  async putBytes(digest: string, bytes: Uint8Array): Promise<void> {
    await this.prepare();
    await this.#guard(() => writeWhole(this.blobPath(digest), bytes));
  }

  /** The bytes of a small blob, such as a manifest; `undefined` when it is not there as it should be. */
  async getBytes(digest: string): Promise<Uint8Array | undefined> {
    if (!(await this.has(digest))) return undefined;
    return readFile(this.blobPath(digest)).catch(() => undefined);
  }

  /** Gives a complete partial file, whose digest was checked, its place. */
  async adopt(digest: string): Promise<void> {
    await this.#guard(() => rename(this.partialPath(digest), this.blobPath(digest)));
    await this.trim(digest);
  }

  async getTag(reference: string): Promise<CachedTag | undefined> {
    const path = this.#tagPath(reference);
    try {
      const tag = JSON.parse(await readFile(path, 'utf8')) as Partial<CachedTag & { reference: string }>;
      if (tag.reference !== reference || !/^sha256:[0-9a-f]{64}$/.test(tag.digest ?? '')) return undefined;
      await this.#touch(path);
      return { digest: tag.digest ?? '', contentType: tag.contentType };
    } catch {
      return undefined;
    }
  }

  async putTag(reference: string, tag: CachedTag): Promise<void> {
    await this.prepare();
    const text = JSON.stringify({ reference, ...tag });
    await this.#guard(() => writeWhole(this.#tagPath(reference), Buffer.from(text)));
  }

  /** Removes what was not used for the longest until the rest is within bounds; `keep` stays. */
  trim(keep?: string): Promise<void> {
    const { folder, maxBytes } = this.#options;
    return this.#guard(() =>
      trimCache({ folder, maxBytes, keep: keep === undefined ? undefined : hexOf(keep) }),
    );
  }

  #tagPath(reference: string): string {
    return join(this.#options.folder, 'tags', `${createHash('sha256').update(reference).digest('hex')}.json`);
  }

  async #touch(path: string): Promise<void> {
    const now = new Date();
    // Another host may have removed it, or own it.
    await utimes(path, now, now).catch(() => {});
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(cause: unknown): ArtifactCacheError {
    const { code, message } = cause as NodeJS.ErrnoException;
    return new ArtifactCacheError(
      `the cache of artifacts '${this.#options.folder}' can't be used (${code ?? message}): check its space and who may write there, or name another folder with --cache-dir`,
      { cause },
    );
  }
}

/** Under another name first, so that nobody reads a part. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const other = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(other, bytes);
    await rename(other, path);
  } finally {
    await rm(other, { force: true });
  }
}

function hexOf(digest: string): string {
  const hex = digest.slice('sha256:'.length);
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new TypeError(`'${digest}' is no SHA-256 digest`);
  return hex;
}

/** The size of a file, or `undefined` when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
