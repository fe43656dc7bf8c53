import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The program of one of upstream's providers, `keyvalue-nats` for example: the one its variable names (`KEYVALUE_NATS_PROVIDER_BIN`), else
 * that of the folder `INTEROP_BIN`. Throws when there is none.
 */
export function upstreamProgram(provider: string): string {
  const file = `${provider}-provider`;
  const variable = `${file.toUpperCase().replaceAll('-', '_')}_BIN`;
  const { [variable]: own, INTEROP_BIN: folder } = process.env;
  const path = own ?? (folder === undefined ? undefined : join(folder, file));
  if (path !== undefined && existsSync(path)) return path;
  const what = path === undefined ? 'no program was named' : `there is no ${path}`;
  throw new Error(
    `${what}: set ${variable} to that of wasmCloud 1.9.2, or INTEROP_BIN to a folder with ${file}`,
  );
}
