import { compileFunction } from 'node:vm';
import type { GeneratedInstantiate } from './jco-instance.js';

/**
 * Makes a function of what `patchOutput` made of the generated code.
 *
 * @param component names the code in stack traces
 * @throws SyntaxError
 */
export function compileScript(script: string, component: string): () => GeneratedInstantiate {
  return compileFunction(script, [], { filename: `${component}.jco.js` }) as () => GeneratedInstantiate;
}
