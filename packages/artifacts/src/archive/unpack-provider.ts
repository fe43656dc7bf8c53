import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Token } from '@wasmlattice/identity';
import { withFileLock } from '../file-lock.js';
import { type ArchiveEntry, readContent, readEntries } from './archive-entries.js';
import { ArchiveError } from './archive-error.js';
import { archiveHash, checkHash, signedHashes, worldName } from './archive-hashes.js';
import { type ArchiveLimits, defaultArchiveLimits } from './archive-limits.js';
import { incomplete, readArchiveToken, refuseSecond } from './read-archive.js';
import { removeUnused } from './remove-unused.js';

export interface UnpackOptions {
  /** The kind of machine it is for, see `providerTarget`. */
  readonly target: string;
  /** Where programs are kept, by their content: hosts of one machine share it. */
  readonly folder: string;
  readonly limits?: ArchiveLimits;
  readonly signal?: AbortSignal;
}

/** A provider that can be started. */
export interface UnpackedProvider {
  /** Its executable file. */
  readonly path: string;
  readonly token: Token<'provider'>;
}

/**
 * The program of an archive for one kind of machine, unpacked once for all hosts that share the folder, and checked each time to be
 * what was signed. Whether its token counts is for `requireValidToken`.
 *
 * @throws ArchiveError; ClaimsError when its token does not decode
 */
export async function unpackProvider(archive: string, options: UnpackOptions): Promise<UnpackedProvider> {
  const { target, folder, limits = defaultArchiveLimits, signal } = options;
  const token = await readArchiveToken(createReadStream(archive), limits);
  const signed = signedHashes(token).get(target);
  if (signed === undefined) throw noProgram(target, token);
  if (!/^[0-9A-F]{64}$/.test(signed)) {
    throw new ArchiveError('hash', `the claims of the archive have no SHA-256 for '${target}'`);
  }
  const path = join(folder, signed.toLowerCase());
  await mkdir(folder, { recursive: true });
  const unpack = async (): Promise<void> => {
    if (await isUnpacked(path)) return;
    const draft = `${path}.${randomUUID()}.part`;
    try {
      await writeProgram(archive, { draft, target, token, limits });
      await rename(draft, path);
      await removeUnused(folder, path);
    } finally {
      await rm(draft, { force: true });
    }
  };
  await withFileLock(`${path}.lock`, unpack, signal);
  return { path, token };
}

/** Whether an unpacked program is there and what it was. It counts as used then. */
export async function isUnpacked(path: string): Promise<boolean> {
  if ((await fileHash(path)) !== basename(path).toUpperCase()) return false;
  const now = new Date();
  await utimes(path, now, now);
  return true;
}

async function writeProgram(
  archive: string,
  {
    draft,
    target,
    token,
    limits,
  }: { draft: string; target: string; token: Token<'provider'>; limits: ArchiveLimits },
): Promise<void> {
  let found: string | undefined;
  let world: string | undefined;
  await readEntries(createReadStream(archive), limits.total, async (entry) => {
    if (entry.stem === target) {
      refuseSecond(found, entry);
      await using file = await open(draft, 'wx', 0o755);
      found = await copyProgram(entry, file, limits.program);
    } else if (entry.stem === 'world') {
      refuseSecond(world, entry);
      world = archiveHash(await readContent(entry, limits.world));
    }
    return 'more';
  });
  if (found === undefined) throw incomplete();
  checkHash(token, target, found);
  if (world !== undefined) checkHash(token, worldName, world);
}

/** Writes a program and says its hash. */
async function copyProgram(
  { path, size, content }: ArchiveEntry,
  file: FileHandle,
  most: number,
): Promise<string> {
  if (size > most) {
    throw new ArchiveError('too-large', `'${path}' in the archive has ${size} bytes, more than ${most}`);
  }
  const hash = createHash('sha256');
  for await (const chunk of content) {
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  await file.sync();
  return hash.digest('hex').toUpperCase();
}

/** `undefined` when there is no such file. */
async function fileHash(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex').toUpperCase();
}

function noProgram(target: string, token: Token<'provider'>): ArchiveError {
  const targets = [...signedHashes(token).keys()].filter((name) => name !== worldName);
  const has = targets.length === 0 ? 'it has none at all' : `it has those for ${targets.join(', ')}`;
  return new ArchiveError(
    'target',
    `the archive has no program for ${target}, the machine of this host; ${has}. Add one with \`wasmlattice par insert\``,
  );
}
