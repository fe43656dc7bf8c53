import { describe, expect, it } from 'vitest';
import { patchOutput } from './patch-output.js';

const signature =
  'export function instantiate(getCoreModule, imports, instantiateCore = WebAssembly.instantiate) {';

const debugHook = `const _debugLog = (...args) => {
    if (!globalThis?.process?.env?.JCO_DEBUG) { return; }
    console.debug(...args);
  };`;

describe('patching what jco generates', () => {
  it('takes the debug hook out and the globals in', () => {
    const patched = patchOutput(`${signature}\n${debugHook}\n}`);
    expect(patched).toContain('instantiateCore, WebAssembly, console) {');
    expect(patched).toContain('const _debugLog = () => {};');
    expect(patched).not.toContain('process');
  });

  it('throws where a failure would be swallowed', () => {
    const failure = 'task.reject(err);\n task.exit();\n return task.completionPromise();';
    expect(patchOutput(`${signature}${debugHook}${failure}`)).toContain('task.exit(); throw err;');
  });

  it('keeps no record of handles', () => {
    const record =
      '  table._createdReps.add(rep);\n  keep();\n  handleTable12._createdReps = new Set();\n  keep();';
    const patched = patchOutput(`${signature}${debugHook}\n${record}`);
    expect(patched).not.toContain('_createdReps');
    expect(patched.match(/keep\(\);/g)).toHaveLength(2);
  });

  it('fails when the record of handles is read', () => {
    expect(() => patchOutput(`${signature}${debugHook}\n  if (table._createdReps.has(rep)) fail();`)).toThrow(
      /handles it has created/,
    );
  });

  it.each([
    ['the debug hook', signature],
    ['the signature of instantiate', debugHook],
  ])('fails when %s is not found', (what, source) => {
    expect(() => patchOutput(source)).toThrow(`does not contain ${what} in the known form`);
  });

  it('fails when the environment is still read elsewhere', () => {
    expect(() => patchOutput(`${signature}${debugHook} process.env.MORE`)).toThrow(
      /still reads process\.env/,
    );
  });
});
