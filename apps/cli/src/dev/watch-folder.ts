import { hash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Tells of files below a folder whose content has changed. */
export interface FolderWatch extends Disposable {
  /**
   * Waits until something has changed since the last call, and a moment more for what changes with it. Paths are relative to the folder.
   *
   * @throws the signal's reason
   */
  changes(signal: AbortSignal): Promise<FolderChanges>;
  /** Takes the present content for known: what a build has written is no change. A file that {@link changes} has told of before is told of again: somebody works on it. */
  settle(): Promise<void>;
}

export interface FolderChanges {
  readonly paths: readonly string[];
  /** When the first of them was seen, by `performance.now`. */
  readonly since: number;
}

/** What builds leave, what tools keep, what others have written. */
const ignored = new Set([
  'node_modules',
  'dist',
  'generated',
  'target',
  'build',
  'coverage',
  '__pycache__',
  'venv',
]);

/** Editors write a file in several steps, and several files at a time. */
const quietMs = 15;

/** Larger files are known by size and time. */
const mostHashedBytes = 4 * 1024 * 1024;

/** Watches all folders below `folder` but those that are hidden or that builds make, and `others` wherever they are. */
export async function watchFolder(folder: string, others: readonly string[] = []): Promise<FolderWatch> {
  const watcher = new FolderWatcher(folder);
  try {
    await watcher.addFolder(folder);
    for (const file of others) await watcher.addFile(file);
    return watcher;
  } catch (error) {
    watcher[Symbol.dispose]();
    throw error;
  }
}

class FolderWatcher implements FolderWatch {
  readonly #folder: string;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #known = new Map<string, string>();
  readonly #touched = new Set<string>();
  /** Those that were told of. */
  readonly #told = new Set<string>();
  #since: number | undefined;
  #wake: (() => void) | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async addFolder(path: string): Promise<void> {
    if (this.#watchers.has(path)) return;
    this.#watch(path, path);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (isIgnored(entry.name)) continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) await this.addFolder(child);
      else this.#known.set(child, await contentOf(child));
    }
  }

  async addFile(path: string): Promise<void> {
    if (this.#known.has(path)) return;
    this.#known.set(path, await contentOf(path));
    this.#watch(path, join(path, '..'));
  }

  async changes(signal: AbortSignal): Promise<FolderChanges> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#touched.size === 0) await this.#untilTouched(signal);
      await quiet(this.#touched);
      const since = this.#since ?? performance.now();
      this.#since = undefined;
      const paths = await this.#changed();
      if (paths.length === 0) continue;
      for (const path of paths) this.#told.add(path);
      return { since, paths: paths.map((path) => relative(this.#folder, path)) };
    }
  }

  async settle(): Promise<void> {
    const kept = [...this.#touched].filter((path) => this.#told.has(path));
    for (const path of kept) this.#touched.delete(path);
    if (kept.length === 0) this.#since = undefined;
    await this.#changed();
    for (const path of kept) this.#touched.add(path);
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** A file is watched by its folder: editors put another one in its place. */
  #watch(key: string, folder: string): void {
    const watcher = watch(folder, (_event, name) => {
      if (name === null || isIgnored(name)) return;
      const path = join(folder, name);
      if (key !== folder && path !== key) return;
      this.#touched.add(path);
      this.#since ??= performance.now();
      this.#wake?.();
    });
    // A folder that goes away ends its watch; that of its parent tells.
    watcher.on('error', () => {});
    this.#watchers.set(key, watcher);
  }

  async #untilTouched(signal: AbortSignal): Promise<void> {
    const touched = Promise.withResolvers<void>();
    const onAbort = (): void => touched.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#wake = touched.resolve;
    try {
      await touched.promise;
    } finally {
      this.#wake = undefined;
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #changed(): Promise<string[]> {
    const touched = [...this.#touched];
    this.#touched.clear();
    const changed: string[] = [];
    for (const path of touched) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) changed.push(...(await this.#newFiles(path)));
      else if (found === undefined) changed.push(...this.#forget(path));
      else {
        const content = await contentOf(path);
        if (this.#known.get(path) !== content) changed.push(path);
        this.#known.set(path, content);
      }
    }
    return changed;
  }

  /** A folder that is new: what it holds was written before anyone watched it. */
  async #newFiles(path: string): Promise<string[]> {
    const before = new Set(this.#known.keys());
    await this.addFolder(path).catch(() => {});
    return [...this.#known.keys()].filter((each) => !before.has(each));
  }

  #forget(path: string): string[] {
    this.#watchers.get(path)?.close();
    this.#watchers.delete(path);
    const gone = [...this.#known.keys()].filter((each) => each === path || each.startsWith(`${path}/`));
    for (const each of gone) this.#known.delete(each);
    return gone;
  }
}

function isIgnored(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~') || ignored.has(name);
}

async function contentOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(path);
    return size > mostHashedBytes ? `${size} ${mtimeMs}` : hash('sha256', await readFile(path));
  } catch {
    return 'none';
  }
}

/** Until nothing was added for a moment. */
async function quiet(touched: ReadonlySet<string>): Promise<void> {
  for (let before = -1; before !== touched.size; ) {
    before = touched.size;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
}
