import { readFile } from 'node:fs/promises';
import { featuresOn } from './features.js';
import { defaultValidationLimits, type ValidationLimits } from './limits.js';
import { type CoreModule, webAssembly } from './web-assembly.js';

/** The built validator: beside `src` and `dist` alike. */
export const validatorFile: URL = new URL('../wasm/validator.wasm', import.meta.url);

/** What was written down when it was built. */
export interface BuildRecord {
  readonly wasmparser: string;
  readonly rustc: string;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
}

/** Some milliseconds: V8 compiles functions when they are first called. */
export async function loadValidatorModule(): Promise<CoreModule> {
  return await webAssembly.compile(await readFile(validatorFile));
}

export async function readBuildRecord(): Promise<BuildRecord> {
  const text = await readFile(new URL('../wasm/validator.json', import.meta.url), 'utf8');
  return JSON.parse(text) as BuildRecord;
}

/** What verdicts depend on beside the bytes, as a text: a kept verdict holds as long as it stays the same. */
export async function validatorIdentity(limits: Partial<ValidationLimits> = {}): Promise<string> {
  const { sha256 } = await readBuildRecord();
  return JSON.stringify([sha256, featuresOn, { ...defaultValidationLimits, ...limits }]);
}
