import { access, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { contentKey, writeFileAtomically } from '@wasmlattice/guest-build';
import { joinWit, readWitFolder } from '@wasmlattice/wit-types';
import type { GuestKind, GuestSource, Language, Toolchain } from './language.js';
import { MissingToolchainError } from './language.js';

const gallery = resolve(import.meta.dirname, '..');

export interface GalleryOptions {
  readonly languages: readonly Language[];
  /** Where components and tools are kept; `gallery` and `gallery-tools` are made in it. */
  readonly cacheRoot: string;
  /** What is going on, for people who wait. */
  readonly report?: (message: string) => void;
}

interface GalleryEntry {
  readonly language: Language;
  readonly guest: string;
  readonly kinds: readonly GuestKind[];
}

export interface BuiltGuest extends GalleryEntry {
  readonly outcome: 'built';
  /** Where the component is. */
  readonly file: string;
  readonly bytes: number;
  /** Of the build in ms; absent if the component was there. */
  readonly buildMs?: number;
}

/** A guest that can't be built on this machine. */
export interface SkippedGuest extends GalleryEntry {
  readonly outcome: 'skipped';
  readonly reason: string;
}

/** A guest that should have been built. */
export interface FailedGuest extends GalleryEntry {
  readonly outcome: 'failed';
  readonly error: unknown;
}

export type GalleryGuest = BuiltGuest | SkippedGuest | FailedGuest;

/**
 * Builds all guests of some languages, one after the other. A guest whose sources and tools are those of an earlier build is
 * taken from the cache.
 */
export async function buildGallery(options: GalleryOptions): Promise<readonly GalleryGuest[]> {
  const built: GalleryGuest[] = [];
  for (const language of options.languages) {
    built.push(...(await buildLanguage(language, options)));
  }
  return built;
}

/** One document with a guest's world and all packages that guests may use. */
async function witOf(language: Language, { name, hasOwnWorld = false }: GuestSource): Promise<string> {
  const { worlds = 'wit', packages } = language.wit ?? {};
  const folder = hasOwnWorld ? join(language.name, name) : worlds;
  const { main } = await readWitFolder(join(gallery, folder));
  if (main === undefined) throw new Error(`${folder} has no WIT`);
  const others = [
    packages === undefined ? [] : [join(gallery, packages)],
    resolve(gallery, '../guest-build/wit'),
  ];
  const read = await Promise.all(others.flat().map((other) => readWitFolder(other)));
  return joinWit(
    main,
    read.flatMap((other) => other.packages),
  );
}

async function buildLanguage(language: Language, options: GalleryOptions): Promise<readonly GalleryGuest[]> {
  const built: GalleryGuest[] = [];
  let missing: string | undefined;
  const toolchain = await language.findToolchain().catch((error: unknown) => {
    missing = reasonToSkip(error);
    return undefined;
  });
  for (const source of language.guests) {
    const entry = { language, guest: source.name, kinds: source.kinds };
    if (toolchain === undefined || missing !== undefined) {
      built.push({ ...entry, outcome: 'skipped', reason: missing ?? 'no toolchain' });
      continue;
    }
    try {
      const component = await buildGuest(source, { language, toolchain, options });
      built.push({ ...entry, outcome: 'built', ...component });
    } catch (error) {
      if (error instanceof MissingToolchainError) {
        missing = error.message;
        built.push({ ...entry, outcome: 'skipped', reason: missing });
      } else {
        built.push({ ...entry, outcome: 'failed', error });
      }
    }
  }
  return built;
}

function reasonToSkip(error: unknown): string {
  if (error instanceof MissingToolchainError) return error.message;
  throw error;
}

interface GuestBuild {
  readonly language: Language;
  readonly toolchain: Toolchain;
  readonly options: GalleryOptions;
}

async function buildGuest(
  source: GuestSource,
  { language, toolchain, options }: GuestBuild,
): Promise<Pick<BuiltGuest, 'file' | 'bytes' | 'buildMs'>> {
  const { name } = source;
  const folder = join(gallery, language.name);
  const wit = await witOf(language, source);
  const sources = await readSources(folder, [...language.shared, name]);
  const recipe = await readFile(language.recipe, 'utf8');
  const key = contentKey([language.name, name, wit, toolchain.versions, recipe, ...sources]);
  const file = join(options.cacheRoot, 'gallery', `${language.name}-${name}-${key.slice(0, 16)}.wasm`);
  const bytes = await sizeOf(file);
  if (bytes !== undefined) return { file, bytes };

  options.report?.(`building ${language.name}/${name}`);
  const workFolder = await mkdtemp(join(tmpdir(), 'wasmlattice-gallery-'));
  try {
    const toolFolder = join(options.cacheRoot, 'gallery-tools');
    await mkdir(toolFolder, { recursive: true });
    const start = performance.now();
    const component = await toolchain.build({
      guest: name,
      source: join(folder, name),
      language: folder,
      wit,
      workFolder,
      toolFolder,
      report: (message) => options.report?.(message),
    });
    const buildMs = performance.now() - start;
    await writeFileAtomically(file, component);
    return { file, bytes: component.length, buildMs };
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Path and content of every file, in the order of their paths. What tools leave behind does not count. */
async function readSources(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if (!(await stat(path)).isDirectory()) {
      files.push(name);
      continue;
    }
    const below = await readdir(path, { recursive: true, withFileTypes: true });
    files.push(
      ...below
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
    );
  }
  const kept = files.filter((file) => !file.includes('__pycache__')).sort();
  return (
    await Promise.all(kept.map(async (file) => [file, await readFile(join(folder, file), 'utf8')]))
  ).flat();
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    await access(file);
    return (await stat(file)).size;
  } catch {
    return undefined;
  }
}
