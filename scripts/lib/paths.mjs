import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where downloads and built guests are kept between clones. */
export function cacheRoot(env = process.env) {
  if (env.WASMLATTICE_CACHE) return resolve(env.WASMLATTICE_CACHE);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wasmlattice');
}
