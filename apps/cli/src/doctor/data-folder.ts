import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where a host of this user keeps the data of its own NATS server, unless a flag says otherwise. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const named = env.WASMLATTICE_DATA_DIR;
  if (named !== undefined && named !== '') return named;
  const base = env.XDG_DATA_HOME;
  if (base !== undefined && isAbsolute(base)) return join(base, 'wasmlattice');
  return join(env.HOME || homedir(), '.local/share', 'wasmlattice');
}
