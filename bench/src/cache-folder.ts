import { homedir } from 'node:os';
import { join } from 'node:path';

const { WASMLATTICE_CACHE, XDG_CACHE_HOME } = process.env;

/** What hosts, builds of guests and their tools keep between runs. */
export const cacheFolder: string =
  WASMLATTICE_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wasmlattice');
