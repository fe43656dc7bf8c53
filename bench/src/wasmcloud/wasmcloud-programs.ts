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
  const host = wasmcloudProgram('wasmcloud');
  if (typeof host !== 'string') return host;
  const httpServer = wasmcloudProgram('http-server-provider');
  return typeof httpServer === 'string' ? { host, httpServer } : httpServer;
}

/** One of them, by its name. */
export function wasmcloudProgram(name: string): string | Skipped {
  const folder = process.env.INTEROP_BIN;
  if (folder === undefined) return { skipped: 'INTEROP_BIN names no folder with the programs of wasmCloud' };
  const program = join(folder, name);
  return existsSync(program) ? program : { skipped: `there is no ${program}` };
}
