import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it, vi } from 'vitest';
import { wat } from './testing/wat.js';

it('the README has a sample that runs', async () => {
  await using folder = await createTempDir();
  const guest = join(folder.path, 'greeter.wasm');
  await writeFile(guest, await wat('(component (core module (func (result i32))))'));
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const sample = (/```ts\n(.*?)```/s.exec(readme)?.[1] ?? '')
    .replace(
      "'@wasmlattice/component-validator'",
      `'${fileURLToPath(new URL('./index.ts', import.meta.url))}'`,
    )
    .replace("'greeter.wasm'", `'${guest}'`);
  const file = join(folder.path, 'sample.ts');
  await writeFile(file, sample);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ pathToFileURL(file).href);
    expect(log.mock.calls).toEqual([
      [expect.stringMatching(/^type mismatch.*, at byte \d+: core module 0, code section, function 0$/)],
    ]);
  } finally {
    log.mockRestore();
  }
});
