import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type ArtifactCache, ArtifactCacheError, sizeOf } from '../cache/artifact-cache.js';
import { withFileLock } from '../file-lock.js';
import type { Descriptor } from '../registry/manifest.js';
import { isRegistryError, RegistryError } from '../registry/registry-error.js';
import type { Repository } from '../registry/repository.js';

export interface BlobDownload {
  readonly repository: Repository;
  readonly cache: ArtifactCache;
  readonly descriptor: Descriptor;
  /** Gives up waiting for another host, and for the next attempt. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each piece that arrives: bytes of the blob that are there, those of an earlier transfer included. */
  readonly onBytes?: ((received: number) => void) | undefined;
}

/** A transfer that breaks off is taken up again as long as it gets further; so often without. */
const attemptsWithoutProgress = 4;
/** Wait before the first of them, in ms; doubled each time. */
const firstWaitMs = 200;

/**
 * Brings a blob into the cache. One host of the machine does so, others wait for it. What a transfer that broke off left is taken up where it
 * ended, in this process or a later one.
 *
 * @throws RegistryError; `corrupt` when size or digest are not as announced, and then nothing of it stays
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { cache, descriptor } = download;
  await cache.prepare();
  const work = async (): Promise<void> => {
    // Another host may just have brought it.
    if (await cache.has(descriptor.digest)) return;
    const path = cache.partialPath(descriptor.digest);
    const resumed = await transfer(download, path);
    if (resumed.matches) return cache.adopt(descriptor.digest);
    await rm(path, { force: true });
    // What an earlier transfer left may be what is wrong.
    if (resumed.from > 0 && (await transfer(download, path)).matches) return cache.adopt(descriptor.digest);
    await rm(path, { force: true });
    throw corrupt(download, 'has another digest than its manifest says');
  };
  await withFileLock(cache.lockPath(descriptor.digest), work, download.signal);
}

/** Completes the file at `path`; says where it began, and whether the digest is right. */
async function transfer(
  download: BlobDownload,
  path: string,
): Promise<{ readonly from: number; readonly matches: boolean }> {
  const { descriptor } = download;
  let hash = createHash('sha256');
  let received = await hashExisting(path, descriptor.size, hash);
  const from = received;
  for (let attempt = 1; received < descriptor.size || descriptor.size === 0; ) {
    const before = received;
    try {
      const { body, offset } = await blobFrom(download, received);
      if (offset !== received) {
        // The registry knows no ranges: from the beginning.
        hash = createHash('sha256');
        received = offset;
      }
      await append(download, {
        body,
        path,
        from: received,
        hash,
        onReceived: (count) => {
          received = count;
        },
      });
      if (received === descriptor.size) break;
      throw interrupted(download, received);
    } catch (error) {
      if (isRegistryError(error) && error.code === 'corrupt') await rm(path, { force: true });
      if (!isPassing(error)) throw error;
      attempt = received > before ? 1 : attempt + 1;
      if (attempt > attemptsWithoutProgress) {
        throw isRegistryError(error) ? error : interrupted(download, received, error);
      }
      await delay(firstWaitMs * 2 ** (attempt - 1), undefined, {
        ...(download.signal && { signal: download.signal }),
      });
    }
  }
  if (descriptor.size === 0 || received === descriptor.size) download.onBytes?.(received);
  return { from, matches: `sha256:${hash.digest('hex')}` === descriptor.digest };
}

async function blobFrom(
  { repository, descriptor }: BlobDownload,
  received: number,
): ReturnType<Repository['blob']> {
  try {
    return await repository.blob(descriptor.digest, received);
  } catch (error) {
    // Range not satisfiable.
    if (isRegistryError(error) && error.status === 416 && received > 0)
      return repository.blob(descriptor.digest);
    throw error;
  }
}

/** Hashes what an earlier transfer left; answers with its size, 0 when it can't be of use. */
async function hashExisting(path: string, most: number, hash: Hash): Promise<number> {
  const size = await sizeOf(path);
  if (size === undefined || size === 0) return 0;
  if (size > most) {
    await rm(path, { force: true });
    return 0;
  }
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return size;
}

interface Append {
  readonly body: AsyncIterable<Buffer>;
  readonly path: string;
  readonly from: number;
  readonly hash: Hash;
  readonly onReceived: (count: number) => void;
}

/** Writes what comes behind the first `from` bytes of the file. Every byte that counts as received is in the file when this settles. */
async function append(download: BlobDownload, { body, path, from, hash, onReceived }: Append): Promise<void> {
  const { size } = download.descriptor;
  if (((await sizeOf(path)) ?? 0) > from) await truncate(path, from);
  const file = createWriteStream(path, { flags: 'a', highWaterMark: 4 << 20 });
  const written = finished(file);
  // Seen by whoever waits for it below.
  written.catch(() => {});
  let count = from;
  try {
    for await (const chunk of body) {
      if (count + chunk.byteLength > size)
        throw corrupt(download, `has more than the ${size} bytes that its manifest says`);
      hash.update(chunk);
      count += chunk.byteLength;
      if (!file.write(chunk)) await Promise.race([once(file, 'drain'), written]);
      download.onBytes?.(count);
    }
  } finally {
    file.end();
    try {
      await written;
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      // biome-ignore lint/correctness/noUnsafeFinally: a disk that takes no bytes says more than what came of it
      throw new ArtifactCacheError(
        `the file '${path}' can't be written (${code ?? message}): check the space of the disk, or name another folder with --cache-dir`,
        { cause },
      );
    }
    onReceived(count);
  }
}

/** Whether a later attempt may do: the connection broke, or the registry is busy. */
function isPassing(error: unknown): boolean {
  if (isRegistryError(error)) return error.code === 'unreachable' || error.code === 'unavailable';
  // Those of a body that breaks off.
  return error instanceof Error && !(error instanceof ArtifactCacheError);
}

function interrupted(
  { repository, descriptor }: BlobDownload,
  received: number,
  cause?: unknown,
): RegistryError {
  return new RegistryError(
    `the registry '${repository.registry}' ended the transfer of the blob ${descriptor.digest} after ${received} of ${descriptor.size} bytes: check the network and the proxy settings`,
    { code: 'unreachable', registry: repository.registry, cause },
  );
}

function corrupt({ repository, descriptor }: BlobDownload, problem: string): RegistryError {
  return new RegistryError(
    `the blob ${descriptor.digest} of the registry '${repository.registry}' ${problem}: it was changed on the way or at the registry, push it anew`,
    { code: 'corrupt', registry: repository.registry },
  );
}
