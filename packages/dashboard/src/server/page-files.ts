import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** One file of the page. */
export interface PageFile {
  readonly contentType: string;
  /** Names with a hash never change what they hold. */
  readonly isImmutable: boolean;
  readonly content: Uint8Array;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the built page: its files by path, `/` for the first. Only these are ever served. */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new Error(`${folder} can't be read: build @wasmlattice/dashboard first`, { cause });
  });
  const files = new Map<string, PageFile>();
  for (const entry of entries) {
    const contentType = contentTypes[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    const content = await readFile(file);
    files.set(path === '/index.html' ? '/' : path, {
      contentType,
      isImmutable: path.startsWith('/assets/'),
      content,
    });
  }
  return files;
}
