import { readFile, realpath } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

/** What the packages of our own providers are named. */
const prefix = '@wasmlattice/provider-';

/**
 * Whether a program is that of a provider of ours, by the name of the package it is in: such a one calls `runProvider` of our SDK once, uses
 * nothing that belongs to a process as a whole, and may share its process.
 */
export async function isOfOurs(file: string): Promise<boolean> {
  const path = await realpath(file).catch(() => file);
  if (!['.js', '.mjs'].includes(extname(path))) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (manifest !== undefined) return nameIn(manifest).startsWith(prefix);
    if (folder === dirname(folder)) return false;
  }
}

function nameIn(manifest: string): string {
  try {
    const { name } = JSON.parse(manifest) as { readonly name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
