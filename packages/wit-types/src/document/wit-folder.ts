import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { WitError } from '../errors.js';
import type { WitFile } from './locate-error.js';

/** The files of one WIT package. */
export interface WitPackage {
  /** As it stands behind `package`: `acme:bank@1.2.0`. */
  readonly name: string;
  /** What the files have besides that line, joined. */
  readonly body: string;
}

/** A folder of WIT as tools lay it out: a package in its own files, and those that it uses below. */
export interface WitFolder {
  /** Absent where the folder holds nothing but other packages. */
  readonly main: WitPackage | undefined;
  /** Ordered by path. A file that lies in `deps` itself is a package alone. */
  readonly packages: readonly WitPackage[];
}

/** All files of WIT of a folder and those below, with paths below it. */
export async function listWitFiles(folder: string): Promise<WitFile[]> {
  const names = await readdir(folder, { recursive: true });
  return await Promise.all(
    names
      .filter((name) => name.endsWith('.wit'))
      .sort()
      .map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
  );
}

/** @throws WitError for a folder that can't be read, or files without a `package` line among them */
export async function readWitFolder(folder: string): Promise<WitFolder> {
  const { files, folders } = await listFolder(folder);
  const packages: WitPackage[] = [];
  for (const name of folders) packages.push(...(await readPackages(join(folder, name))));
  return {
    main: files.length === 0 ? undefined : readPackage(folder, await readAll(folder, files)),
    packages,
  };
}

async function readPackages(folder: string): Promise<WitPackage[]> {
  const { files, folders } = await listFolder(folder);
  const found: WitPackage[] = [];
  if (basename(folder) === 'deps') {
    for (const file of files) found.push(readPackage(join(folder, file), await readAll(folder, [file])));
  } else if (files.length > 0) found.push(readPackage(folder, await readAll(folder, files)));
  for (const name of folders) found.push(...(await readPackages(join(folder, name))));
  return found;
}

async function listFolder(folder: string): Promise<{ readonly files: string[]; readonly folders: string[] }> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = (kind: 'isFile' | 'isDirectory'): string[] =>
      entries
        .filter((entry) => entry[kind]())
        .map(({ name }) => name)
        .sort();
    return { files: names('isFile').filter((name) => name.endsWith('.wit')), folders: names('isDirectory') };
  } catch (cause) {
    throw new WitError(`cannot read the WIT folder ${folder}: check that it exists and may be read`, {
      cause,
    });
  }
}

function readAll(folder: string, files: readonly string[]): Promise<string[]> {
  return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
}

/** The line that names the package of a file. */
export const packageLine: RegExp = /^[ \t]*package[ \t]+([^;{\s]+)[ \t]*;/m;

function readPackage(path: string, texts: readonly string[]): WitPackage {
  const names = new Set(texts.flatMap((text) => packageLine.exec(text)?.[1] ?? []));
  const [name] = names;
  if (name === undefined) {
    throw new WitError(`no file of ${path} has a line \`package namespace:name;\``);
  }
  if (names.size > 1) {
    throw new WitError(
      `${path} has files of several packages, ${[...names].join(' and ')}: put each package into a folder of its own, below \`deps\``,
    );
  }
  return { name, body: texts.map((text) => text.replace(packageLine, '')).join('\n') };
}
