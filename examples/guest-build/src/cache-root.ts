import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder that all caches of wasmlattice are in: what `WASMLATTICE_CACHE` names, or one in the user's cache folder. */
export function cacheRoot({ WASMLATTICE_CACHE: named, XDG_CACHE_HOME: xdg }: NodeJS.ProcessEnv): string {
  if (named !== undefined && named !== '') return resolve(named);
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'wasmlattice');
}
