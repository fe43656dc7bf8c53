import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { saveModule } from './save-module.js';

it('a module is written with the folders above it, and a file in their place is named', async () => {
  await using folder = await createTempDir();
  const file = join(folder.path, 'generated', 'greeter.ts');
  await saveModule(file, 'export {};');
  expect(await readFile(file, 'utf8')).toBe('export {};');
  await expect(saveModule(join(file, 'other.ts'), '')).rejects.toThrow(
    /^cannot write .*greeter\.ts\/other\.ts: /,
  );
});
