import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, opendir, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobStore, checkRange, namesInRange, noContainer, noObject } from '@wasmlattice/blobstore';
import type { BlobstoreObjectId } from '@wasmlattice/rpc/interfaces';
import { readChunks, writeChunks } from './file-chunks.js';
import { hasCode } from './file-failure.js';
import { assertBelow, containerPath, objectPath, partialFolder } from './store-path.js';

/** Data of a write that nobody continues: its provider was killed. */
const staleAfterMs = 24 * 60 * 60 * 1000;

/** Containers as directories of a root, objects as files in them. Makes the root. */
export async function openFileStore(directory: string): Promise<BlobStore> {
  const partials = join(directory, partialFolder);
  await mkdir(partials, { recursive: true });
  await removeStale(partials);
  const root = await realpath(directory);

  const locate = async ({ container, object }: BlobstoreObjectId): Promise<string> => {
    const path = objectPath(root, container, object);
    await assertBelow(root, path);
    return path;
  };
  const existingContainer = async (name: string): Promise<string> => {
    const path = containerPath(root, name);
    await assertBelow(root, path);
    if (!(await isKind(path, 'isDirectory'))) throw noContainer(name);
    return path;
  };
  const existingObject = async (
    id: BlobstoreObjectId,
  ): Promise<{ path: string; size: bigint; createdAt: bigint }> => {
    const path = await locate(id);
    const stats = await stat(path).catch(unlessMissing);
    if (!stats?.isFile()) {
      await existingContainer(id.container);
      throw noObject(id);
    }
    return { path, size: BigInt(stats.size), createdAt: seconds(stats.birthtimeMs) };
  };
  /** Gives a complete file its place. A deletion beside it may take an empty folder away, so that is tried again. */
  const place = async (file: string, id: BlobstoreObjectId): Promise<void> => {
    await existingContainer(id.container);
    const path = await locate(id);
    for (let attempt = 1; ; attempt++) {
      await mkdir(dirname(path), { recursive: true });
      try {
        await rename(file, path);
        return;
      } catch (error) {
        if (attempt === placeAttempts || !hasCode(error, 'ENOENT')) throw error;
      }
    }
  };
  /** Makes a complete file and gives it its place; what is not complete is removed. */
  const replace = async (id: BlobstoreObjectId, fill: (file: string) => Promise<void>): Promise<void> => {
    const file = join(root, partialFolder, randomUUID());
    try {
      await fill(file);
      await place(file, id);
    } finally {
      await rm(file, { force: true });
    }
  };

  return {
    async createContainer(name) {
      const path = containerPath(root, name);
      await assertBelow(root, path);
      await mkdir(path, { recursive: true });
    },

    async containerExists(name) {
      const path = containerPath(root, name);
      await assertBelow(root, path);
      return await isKind(path, 'isDirectory');
    },

    async containerInfo(name) {
      const { birthtimeMs } = await stat(await existingContainer(name));
      return { createdAt: seconds(birthtimeMs) };
    },

    async clearContainer(name) {
      const path = await existingContainer(name);
      const entries = await readdir(path);
      await Promise.all(entries.map((entry) => rm(join(path, entry), { recursive: true, force: true })));
    },

    async deleteContainer(name) {
      await rm(await existingContainer(name), { recursive: true, force: true });
    },

    async list(container, range) {
      return namesInRange(walk(await existingContainer(container), ''), range);
    },

    hasObject: async (id) => await isKind(await locate(id), 'isFile'),

    async objectInfo(id) {
      const { createdAt, size } = await existingObject(id);
      return { createdAt, size };
    },

    async read(id, start, end) {
      checkRange(start, end);
      const { path, size } = await existingObject(id);
      return readChunks(path, Number(start), Math.min(Number(end), Number(size)));
    },

    async prepareWrite(id) {
      await existingContainer(id.container);
      const path = await locate(id);
      if (await isKind(path, 'isDirectory'))
        throw Object.assign(new Error('is a directory'), { code: 'EISDIR', syscall: 'open' });
    },

    write: (id, data) => replace(id, (file) => writeChunks(file, data)),

    async copy(src, dest) {
      const { path } = await existingObject(src);
      await existingContainer(dest.container);
      await replace(dest, (file) => copyFile(path, file, constants.COPYFILE_FICLONE));
    },

    async move(src, dest) {
      const { path } = await existingObject(src);
      await place(path, dest);
      await removeEmptyFolders(path, containerPath(root, src.container));
    },

    async deleteObjects(container, objects) {
      const top = await existingContainer(container);
      for (const object of objects) {
        const path = await locate({ container, object });
        if (await isKind(path, 'isDirectory')) continue;
        await rm(path, { force: true }).catch(unlessMissing);
        await removeEmptyFolders(path, top);
      }
    },
  };
}

const placeAttempts = 5;

async function isKind(path: string, kind: 'isFile' | 'isDirectory'): Promise<boolean> {
  const stats = await stat(path).catch(unlessMissing);
  return stats?.[kind]() ?? false;
}

function unlessMissing(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  return undefined;
}

function seconds(ms: number): bigint {
  return BigInt(Math.max(0, Math.floor(ms / 1000)));
}

/** Names of all files below a directory, with slashes. Symbolic links are none. */
async function* walk(directory: string, prefix: string): AsyncGenerator<string> {
  for await (const entry of await opendir(directory)) {
    if (entry.isFile()) yield prefix + entry.name;
    else if (entry.isDirectory()) yield* walk(join(directory, entry.name), `${prefix}${entry.name}/`);
  }
}

/** An empty folder would stand in the way of an object of its name. */
async function removeEmptyFolders(path: string, top: string): Promise<void> {
  for (let folder = dirname(path); folder !== top; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) return;
      throw error;
    }
  }
}

async function removeStale(partials: string): Promise<void> {
  const oldest = Date.now() - staleAfterMs;
  for (const entry of await readdir(partials)) {
    const path = join(partials, entry);
    const stats = await stat(path).catch(unlessMissing);
    if (stats !== undefined && stats.mtimeMs < oldest) await rm(path, { force: true });
  }
}
