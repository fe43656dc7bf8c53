import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@wasmlattice/telemetry';
import { sha256 } from '../../sha256.js';

/** Counts up when what we write into an entry changes its meaning. */
export const cacheFormat = 1;

/** The files of an entry by name, checked: every one is there and has the content that was written. */
export type CachedFiles = ReadonlyMap<string, Uint8Array>;

interface Manifest {
  readonly format: number;
  /** SHA-256 of each file, hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
}

const manifestFile = 'manifest.json';
const temporaryPrefix = '.tmp-';

/** Unfinished entries older than this belong to a process that died; nobody needs minutes to write one. */
const abandonedAfterMs = 60 * 60 * 1000;

/** A rename can lose against other processes that replace the same broken entry; more often than this it can't. */
const maxPublishAttempts = 5;

/**
 * Generated code by key, in a directory that several processes may share. An entry appears by one rename and is never
 * changed afterwards. It is checked against its manifest whenever it is loaded, because what is loaded gets executed:
 * the directory must be writable only by the host's own user.
 */
export class OutputCache {
  readonly #directory: string;
  readonly #logger: Logger;

  constructor(directory: string, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /** The entry for `key`; `undefined` when there is none, or it is damaged, which the log says then. */
  async load(key: string): Promise<CachedFiles | undefined> {
    const directory = join(this.#directory, key);
    return await readEntry(directory, (error) =>
      this.#logger.warn(`cache entry ${directory} is damaged and will be rebuilt`, { error }),
    );
  }

  /** Publishes an entry. When another process was faster, its entry is taken if it is sound, else replaced. */
  async store(key: string, files: CachedFiles): Promise<CachedFiles> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#removeAbandoned();
    const temporary = join(this.#directory, `${temporaryPrefix}${randomUUID()}`);
    try {
      await writeEntry(temporary, files);
      return await this.#publish(temporary, key, files);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  async #publish(temporary: string, key: string, files: CachedFiles): Promise<CachedFiles> {
    const directory = join(this.#directory, key);
    for (let attempt = 1; ; attempt++) {
      try {
        await rename(temporary, directory);
        return files;
      } catch (error) {
        if (!isOccupied(error) || attempt === maxPublishAttempts) throw error;
      }
      const before = await identify(directory);
      // Whoever looked for the entry before has told of its damage.
      const existing = await readEntry(directory, () => {});
      if (existing) return existing;
      // Another process may have replaced the damaged entry meanwhile, and be loading its own.
      if (before !== undefined && before === (await identify(directory))) await this.#discard(directory);
    }
  }

  /** Renames first: readers then find either an entry or none, never half of one. */
  async #discard(directory: string): Promise<void> {
    const aside = join(this.#directory, `${temporaryPrefix}${randomUUID()}`);
    try {
      await rename(directory, aside);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    await rm(aside, { recursive: true, force: true });
  }

  async #removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (!name.startsWith(temporaryPrefix)) continue;
      const path = join(this.#directory, name);
      const age = await stat(path).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
    }
  }
}

/** Tells one directory from another of the same name; a rename changes it. */
async function identify(directory: string): Promise<string | undefined> {
  try {
    const { ino, ctimeNs } = await stat(directory, { bigint: true });
    return `${ino}:${ctimeNs}`;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return undefined;
  }
}

/** @param onDamage told why there is none, unless it is missing */
async function readEntry(
  directory: string,
  onDamage: (error: unknown) => void,
): Promise<CachedFiles | undefined> {
  let manifestText: string;
  try {
    manifestText = await readFile(join(directory, manifestFile), 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw error;
    return undefined;
  }
  try {
    return await readVerified(directory, parseManifest(manifestText));
  } catch (error) {
    onDamage(error);
    return undefined;
  }
}

async function writeEntry(directory: string, files: CachedFiles): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  const manifest: Manifest = {
    format: cacheFormat,
    files: Object.fromEntries([...files].map(([name, content]) => [name, sha256(content)])),
  };
  await Promise.all([...files].map(([name, content]) => writeFile(join(directory, name), content)));
  await writeFile(join(directory, manifestFile), JSON.stringify(manifest));
}

function parseManifest(text: string): Manifest {
  const manifest = JSON.parse(text) as Partial<Manifest> | null;
  if (manifest?.format !== cacheFormat || typeof manifest.files !== 'object') {
    throw new Error(`${manifestFile} is not of format ${cacheFormat}`);
  }
  return manifest as Manifest;
}

async function readVerified(directory: string, manifest: Manifest): Promise<Map<string, Uint8Array>> {
  const entries = Object.entries(manifest.files).map(async ([name, expected]) => {
    const content = await readFile(join(directory, name));
    if (sha256(content) !== expected) throw new Error(`${name} is not what was written`);
    return [name, content] as const;
  });
  return new Map(await Promise.all(entries));
}

function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}

function isOccupied(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM';
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
