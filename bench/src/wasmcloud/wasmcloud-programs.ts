import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Skipped } from '../measurement.js';

/** Programs of wasmCloud 1.9.2, each at a path of this machine. */
export interface WasmcloudPrograms {
  readonly host: string;
  readonly httpServer: string;
}

/** Those of the folder that `INTEROP_BIN` names, as for `pnpm interop`, or why there are none. */
export function wasmcloudPrograms(): WasmcloudPrograms | Skipped {
  const folder = process.env.INTEROP_BIN;
  if (folder === undefined) return { skipped: 'INTEROP_BIN names no folder with the programs of wasmCloud' };
  const programs = { host: join(folder, 'wasmcloud'), httpServer: join(folder, 'http-server-provider') };
  const missing = Object.values(programs).find((path) => !existsSync(path));
  return missing === undefined ? programs : { skipped: `there is no ${missing}` };
}
