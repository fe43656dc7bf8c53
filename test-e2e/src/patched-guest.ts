import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from './paths.js';

/** Writes the guest that answers `Hello from …` as one that answers `Ahoi! from …`, as a second version of it; returns its file. */
export async function writeSecondHello(folder: string): Promise<string> {
  const bytes = await readFile(paths.hello);
  const [old, next] = ['Hello from WebAssembly!', 'Ahoi! from WebAssembly!'].map((text) => Buffer.from(text));
  if (old === undefined || next === undefined) throw new Error('two texts');
  for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at)) next.copy(bytes, at);
  const file = join(folder, 'second-hello.wasm');
  await writeFile(file, bytes);
  return file;
}
