import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { runCli } from '../program.js';
import { createTestIo } from './test-io.js';

/** The smallest component. */
const component = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);

export interface SigningFolder extends AsyncDisposable {
  readonly path: string;
  run(...argv: string[]): Promise<{ code: number; output: string; errors: string }>;
  /** Runs with `-o json` and gives the document. */
  json(...argv: string[]): Promise<Record<string, unknown>>;
}

/** A folder with a component `hello.wasm`, programs `kv` and `kv-arm`, and keys of its own in `keys`. */
export async function createSigningFolder(env: Record<string, string> = {}): Promise<SigningFolder> {
  const folder = await createTempDir();
  await writeFile(join(folder.path, 'hello.wasm'), component);
  await writeFile(join(folder.path, 'kv'), '#!/bin/sh\n');
  await writeFile(join(folder.path, 'kv-arm'), '#!/bin/sh\nexit 1\n');
  const run: SigningFolder['run'] = async (...argv) => {
    const io = createTestIo({ WASH_KEYS: join(folder.path, 'keys'), USER: 'ada', ...env }, folder.path);
    const code = await runCli(argv, io);
    return { code, output: io.output, errors: io.errors };
  };
  return {
    path: folder.path,
    run,
    json: async (...argv) => JSON.parse((await run(...argv, '-o', 'json')).output) as Record<string, unknown>,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
