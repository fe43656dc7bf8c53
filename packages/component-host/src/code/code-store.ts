import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@wasmlattice/telemetry';

/** In shared memory, so that other threads get them without a copy. */
export type CodeBytes = Uint8Array<SharedArrayBuffer>;

/** Bytes of a component that can be read again for as long as the process lives. */
export interface StoredCode {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
  /** Resolves once the bytes have a file, or stay in memory for want of one. */
  readonly written: Promise<void>;
  /**
   * The bytes, checked against their hash.
   *
   * @throws CodeLostError
   */
  read(): Promise<CodeBytes>;
}

/** The code of a component is nowhere any more: its file is damaged or gone, and so is what it came from. */
export class CodeLostError extends Error {
  override readonly name = 'CodeLostError';

  constructor(file: string, why: string, cause?: unknown) {
    super(
      `the code of the component can't be loaded again: ${file} is damaged or gone, and ${why}; start the component anew`,
      { cause },
    );
  }
}

const temporaryPrefix = '.tmp-';
/** Of a process that died; nobody needs so long to write a file. */
const abandonedAfterMs = 60 * 60 * 1_000;
/** A host touches a file when it starts the component and when it loads it again. */
const unusedAfterMs = 30 * 24 * 60 * 60 * 1_000;

/**
 * The bytes of components in files named by their SHA-256, in a folder that several processes may share. A file appears by one rename
 * and is checked whenever it is read. What can't be written stays in memory, which is said once.
 */
export class CodeStore {
  readonly #directory: string;
  readonly #logger: Logger;
  #prepared: Promise<void> | undefined;
  #hasComplained = false;

  constructor(directory: string, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /**
   * Resolves when it is known by which name the bytes are kept; they are written meanwhile, or stay in memory where they can't be.
   *
   * @param fetchAgain gets the bytes from where they came from, should their file be damaged one day
   */
  async keep(bytes: CodeBytes, fetchAgain?: () => Promise<CodeBytes>): Promise<StoredCode> {
    const hash = await sha256(bytes);
    const file = join(this.#directory, `${hash}.wasm`);
    let writing = this.#write(file, bytes);
    return {
      hash,
      written: writing.then(() => {}),
      read: async () => {
        const inMemory = await writing;
        if (inMemory !== undefined) return inMemory;
        const found = await readChecked(file, hash);
        if (found !== undefined) return found;
        this.#logger.warn('the file of a component is damaged or gone: its code is fetched again', { file });
        const again = await refetch(file, hash, fetchAgain);
        writing = this.#write(file, again, { replace: true });
        await writing;
        return again;
      },
    };
  }

  /** @returns the bytes when there is no file of them */
  async #write(file: string, bytes: CodeBytes, { replace = false } = {}): Promise<CodeBytes | undefined> {
    try {
      await this.#tryWrite(file, bytes, replace).catch(async (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        // Somebody removed the folder.
        this.#prepared = undefined;
        await this.#tryWrite(file, bytes, replace);
      });
      return undefined;
    } catch (error) {
      this.#prepared = undefined;
      this.#complain(error);
      return bytes;
    }
  }

  async #tryWrite(file: string, bytes: CodeBytes, replace: boolean): Promise<void> {
    const temporary = join(this.#directory, `${temporaryPrefix}${randomUUID()}`);
    try {
      this.#prepared ??= this.#prepare();
      await this.#prepared;
      if (!replace && (await isThere(file, bytes.length))) return;
      await writeFile(temporary, bytes, { mode: 0o600 });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  }

  #complain(error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#logger.warn(
      'code of components stays in memory, as it can not be kept on disk: check the cache folder',
      {
        folder: this.#directory,
        error,
      },
    );
  }

  /** Makes the folder, and removes what nobody needs any more. */
  async #prepare(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const now = Date.now();
    for (const name of await readdir(this.#directory)) {
      const path = join(this.#directory, name);
      const age = await stat(path).then(
        ({ mtimeMs }) => now - mtimeMs,
        () => 0,
      );
      const allowed = name.startsWith(temporaryPrefix) ? abandonedAfterMs : unusedAfterMs;
      if (age > allowed) await rm(path, { force: true });
    }
  }
}

/** Whether the file seems to be the right one, which then counts as used. */
async function isThere(file: string, length: number): Promise<boolean> {
  try {
    if ((await stat(file)).size !== length) return false;
    await touch(file);
    return true;
  } catch {
    return false;
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now);
}

async function readChecked(file: string, hash: string): Promise<CodeBytes | undefined> {
  let found: Uint8Array;
  try {
    found = await readFile(file);
  } catch {
    return undefined;
  }
  if ((await sha256(found)) !== hash) return undefined;
  await touch(file).catch(() => {});
  const shared = new Uint8Array(new SharedArrayBuffer(found.byteLength));
  shared.set(found);
  return shared;
}

async function refetch(
  file: string,
  hash: string,
  fetchAgain: (() => Promise<CodeBytes>) | undefined,
): Promise<CodeBytes> {
  if (fetchAgain === undefined) throw new CodeLostError(file, 'nothing says where it came from');
  let again: CodeBytes;
  try {
    again = await fetchAgain();
  } catch (cause) {
    throw new CodeLostError(file, 'it could not be fetched again', cause);
  }
  if ((await sha256(again)) !== hash)
    throw new CodeLostError(file, 'what it came from has other content now');
  return again;
}

/** About 1 ms of this thread at a time, which may have others to answer. */
const hashedAtOnce = 2 * 1_024 * 1_024;

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let from = 0; from < bytes.length; from += hashedAtOnce) {
    if (from > 0) await nextTurn();
    hash.update(bytes.subarray(from, from + hashedAtOnce));
  }
  return hash.digest('hex');
}
