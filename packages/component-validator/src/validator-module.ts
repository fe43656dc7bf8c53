import { readFile } from 'node:fs/promises';
import { type CoreModule, webAssembly } from './web-assembly.js';

/** The built validator: beside `src` and `dist` alike. */
export const validatorFile: URL = new URL('../wasm/validator.wasm', import.meta.url);

/** Some milliseconds: V8 compiles functions when they are first called. */
export async function loadValidatorModule(): Promise<CoreModule> {
  return await webAssembly.compile(await readFile(validatorFile));
}
