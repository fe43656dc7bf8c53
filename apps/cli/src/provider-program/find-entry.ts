import { readFile, stat } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { usageError } from '../global-options.js';

/** Where a provider written in JavaScript or TypeScript begins. */
export interface ProviderEntry {
  /** The file that Node.js would run. */
  readonly file: string;
  /** What the provider is called where nothing else says it: its package's name without scope, or that of the file. */
  readonly name: string;
}

/** Sources before what a build has left, which may be old. */
const candidates: readonly string[] = ['src/main', 'main', 'src/index', 'index'].flatMap((stem) =>
  ['.ts', '.mts', '.js', '.mjs'].map((extension) => `${stem}${extension}`),
);

/**
 * The entry of `source`: the file itself, or in a folder the first of `src/main.ts`, `main.ts`, `src/index.ts`, `index.ts` and their
 * JavaScript kin, else what `main` in its package.json names.
 *
 * @throws CliError when there is none
 */
export async function findProviderEntry(source: string): Promise<ProviderEntry> {
  const kind = await kindOf(source);
  if (kind === 'file') return { file: source, name: parse(source).name };
  if (kind === undefined) {
    throw usageError(
      `there is no file or folder \`${source}\``,
      'give --source the file that the provider begins with, or its folder',
    );
  }
  const manifest = await readManifest(join(source, 'package.json'));
  const name = manifest.name?.replace(/^@[^/]*\//, '') ?? basename(source);
  for (const each of [...candidates, ...(manifest.main === undefined ? [] : [manifest.main])]) {
    const file = join(source, each);
    if ((await kindOf(file)) === 'file') return { file, name };
  }
  throw usageError(
    `the folder \`${source}\` has no file that a provider begins with`,
    'name the file with --source, or call it src/main.ts',
  );
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'folder' : 'file';
}

interface Manifest {
  readonly name?: string;
  readonly main?: string;
}

/** An empty one when there is none. */
async function readManifest(path: string): Promise<Manifest> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    const { name, main } = JSON.parse(text) as Record<string, unknown>;
    return { ...(typeof name === 'string' && { name }), ...(typeof main === 'string' && { main }) };
  } catch (error) {
    throw usageError(`\`${path}\` is not JSON: ${String(error)}`, 'correct the file');
  }
}
