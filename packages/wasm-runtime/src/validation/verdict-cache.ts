import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '@wasmlattice/component-validator';
import type { Logger } from '@wasmlattice/telemetry';
import { sha256 } from '../sha256.js';

/** Verdicts that are kept in memory; a refusal takes as much as its text. */
const mostVerdicts = 1_000;

/** Folders that this thread has complained about. */
const unusableFolders = new Set<string>();

export interface VerdictCacheOptions {
  /** Where it is written that a component is valid, shared by all processes of the same user; without it nowhere. */
  readonly folder: string | undefined;
  /** What the verdicts depend on beside the bytes: the validator's build, features and limits. */
  readonly validator: string;
  readonly logger: Logger;
}

/**
 * Verdicts by content. That a component is valid is kept on disk, too, where only the host's own user may write: whatever it says
 * is valid gets run. Other verdicts are found anew by each process.
 */
export class VerdictCache {
  readonly #folder: string | undefined;
  readonly #validator: string;
  readonly #logger: Logger;
  readonly #verdicts = new Map<string, Verdict>();

  constructor({ folder, validator, logger }: VerdictCacheOptions) {
    this.#folder = folder;
    this.#validator = validator;
    this.#logger = logger;
  }

  /**
   * For the other methods.
   *
   * @param contentHash SHA-256 of the component, hexadecimal
   */
  keyOf(contentHash: string): string {
    return sha256(`${this.#validator}\n${contentHash}`);
  }

  async load(key: string): Promise<Verdict | undefined> {
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    if (this.#folder === undefined) return undefined;
    try {
      if ((await readFile(join(this.#folder, key), 'utf8')) !== contentOf(key)) return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#complain(error);
      return undefined;
    }
    return this.#remember(key, { kind: 'valid' });
  }

  async store(key: string, verdict: Verdict): Promise<void> {
    this.#remember(key, verdict);
    if (this.#folder === undefined || verdict.kind !== 'valid') return;
    const temporary = join(this.#folder, `.tmp-${randomUUID()}`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(temporary, contentOf(key), { mode: 0o600 });
      await rename(temporary, join(this.#folder, key));
    } catch (error) {
      this.#complain(error);
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  #remember(key: string, verdict: Verdict): Verdict {
    const [oldest] = this.#verdicts.keys();
    if (oldest !== undefined && this.#verdicts.size >= mostVerdicts) this.#verdicts.delete(oldest);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  /** A component is validated all the same, now and at the next start. */
  #complain(error: unknown): void {
    const folder = this.#folder ?? '';
    if (unusableFolders.has(folder)) return;
    unusableFolders.add(folder);
    this.#logger.warn('verdicts on components can not be cached on disk: check the cache folder', {
      folder,
      error,
    });
  }
}

/** A file that was not written to its end says something else. */
function contentOf(key: string): string {
  return `valid ${key}\n`;
}
