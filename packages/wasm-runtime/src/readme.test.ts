import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildGuest } from './testing/build-guest.js';

let scratchDir: TempDir;
let scratch: string;

beforeEach(async () => {
  scratchDir = await createTempDir();
  scratch = scratchDir.path;
});

afterEach(() => scratchDir[Symbol.asyncDispose]());

const greeter = {
  wit: `
    world guest { export example:greeter/greet@1.0.0; }
    package example:greeter@1.0.0 {
      interface greet { greet: func(name: string) -> string; }
    }`,
  wat: `
    ;; code
    (func (export "example:greeter/greet@1.0.0#greet") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))`,
};

/** The sample as a user would have it in a file, with the names that depend on where it is replaced. */
async function readSample(guestFile: string): Promise<string> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const sample = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const replacements: readonly (readonly [string, string])[] = [
    ['@wasmlattice/wasm-runtime', fileURLToPath(new URL('./index.ts', import.meta.url))],
    ['@wasmlattice/wasm-runtime/engines', fileURLToPath(new URL('./engines/index.ts', import.meta.url))],
    [
      '@wasmlattice/wasm-runtime/host-functions',
      fileURLToPath(new URL('./host-functions/index.ts', import.meta.url)),
    ],
    [
      '@wasmlattice/telemetry',
      fileURLToPath(new URL('../node_modules/@wasmlattice/telemetry/dist/index.js', import.meta.url)),
    ],
    ['greeter.wasm', guestFile],
    ['.wasmlattice/code', join(scratch, 'code')],
  ];
  return replacements.reduce((text, [from, to]) => {
    expect(text).toContain(`'${from}'`);
    return text.replaceAll(`'${from}'`, `'${to}'`);
  }, sample);
}

describe('the README', () => {
  it('has a sample that runs', async () => {
    const guestFile = join(scratch, 'greeter.wasm');
    await writeFile(guestFile, await buildGuest(greeter));
    const sampleFile = join(scratch, 'sample.ts');
    await writeFile(sampleFile, await readSample(guestFile));

    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      await import(/* @vite-ignore */ pathToFileURL(sampleFile).href);
      expect(log.mock.calls).toEqual([['world']]);
    } finally {
      log.mockRestore();
    }
  });
});
