import { compileFunction } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { patchOutput } from './patch-output.js';

const parts = {
  'the signature of instantiate':
    'export function instantiate(getCoreModule, imports, instantiateCore = WebAssembly.instantiate) {',
  'the default source of core modules':
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how jco writes it
    'if (!getCoreModule) getCoreModule = (name) => fetchCompile(new URL(`./${name}`, import.meta.url));',
  'the debug hook': `const _debugLog = (...args) => {
    if (!globalThis?.process?.env?.JCO_DEBUG) { return; }
    console.debug(...args);
  };`,
  'the other export': '}\n\nexport const _util = {\n  Future: class { get value() {} },\n}\n',
};

/** A module as jco generates it, with `body` in its `instantiate`. */
function generated(body = '', { without }: { readonly without?: keyof typeof parts } = {}): string {
  const { 'the other export': end, ...begin } = { ...parts, ...(without && { [without]: '' }) };
  return [...Object.values(begin), body, end].join('\n');
}

describe('patching what jco generates', () => {
  it('takes the debug hook out and the globals in', () => {
    const patched = patchOutput(generated());
    expect(patched).toContain('instantiateCore, WebAssembly, console) {');
    expect(patched).toContain('const _debugLog = () => {};');
    expect(patched).not.toContain('process');
  });

  it('makes the body of a function that returns a strict `instantiate`', () => {
    const create = compileFunction(patchOutput(generated('return this;')), []) as () => () => unknown;
    expect(create()()).toBeUndefined();
  });

  it('throws where a failure would be swallowed', () => {
    const failure = 'task.reject(err);\n task.exit();\n return task.completionPromise();';
    expect(patchOutput(generated(failure))).toContain('task.exit(); throw err;');
  });

  it('keeps no record of handles', () => {
    const record =
      '  table._createdReps.add(rep);\n  keep();\n  handleTable12._createdReps = new Set();\n  keep();';
    const patched = patchOutput(generated(record));
    expect(patched).not.toContain('_createdReps');
    expect(patched.match(/keep\(\);/g)).toHaveLength(2);
  });

  it('fails when the record of handles is read', () => {
    expect(() => patchOutput(generated('  if (table._createdReps.has(rep)) fail();'))).toThrow(
      /handles it has created/,
    );
  });

  it.each(Object.keys(parts) as (keyof typeof parts)[])('fails when %s is not found', (without) => {
    expect(() => patchOutput(generated('', { without }))).toThrow(
      `does not contain ${without} in the known form`,
    );
  });

  it('fails when the environment is still read elsewhere', () => {
    expect(() => patchOutput(generated('process.env.MORE'))).toThrow(/still reads process\.env/);
  });

  it.each(['export const more = 1;', "import { readFile } from 'node:fs';", 'import.meta.dirname'])(
    'fails when it is still a module: %s',
    (more) => {
      expect(() => patchOutput(`${generated()}\n${more}`)).toThrow(/exports or imports more than is known/);
    },
  );
});
