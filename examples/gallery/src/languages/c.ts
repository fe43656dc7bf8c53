import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestForEachKind, type Language, MissingToolchainError } from '../language.js';
import { makeComponent } from '../make-component.js';
import { findTool, runTool } from '../run-tool.js';

const flags = [
  '--target=wasm32',
  '-std=c11',
  '-Os',
  '-mbulk-memory',
  '-nostdlib',
  '-Wall',
  '-Werror',
  '-Wno-unused-function',
  '-Wl,--no-entry',
  '-Wl,--strip-all',
];

/** Clang alone: no library, not even that of C. */
export const c: Language = {
  name: 'c',
  title: 'C',
  guests: guestForEachKind,
  shared: ['guest.h', 'wasi.h'],
  recipe: import.meta.filename,
  async findToolchain() {
    const clang = await findTool(['clang'], ['--version']);
    if (clang === undefined) throw new MissingToolchainError('clang is not installed');
    const linker = (await runTool(clang.command, ['--target=wasm32', '-print-prog-name=wasm-ld'])).trim();
    const lld = await findTool([linker], ['--version']);
    if (lld === undefined) throw new MissingToolchainError('clang finds no wasm-ld; it comes with LLD');
    return {
      versions: `${clang.line}, ${lld.line}`,
      async build({ guest, source, wit, workFolder }) {
        const output = join(workFolder, 'core.wasm');
        await runTool(clang.command, [...flags, '-o', output, join(source, `${guest}.c`)]);
        return await makeComponent({ binary: await readFile(output), world: { wit, name: guest } });
      },
    };
  },
};
