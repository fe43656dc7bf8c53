import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { isOfOurs } from './is-of-ours.js';

it.each([
  ['{"name":"@wasmlattice/provider-keyvalue-nats"}', 'main.js', true],
  ['{"name":"@acme/provider-keyvalue-nats"}', 'main.js', false],
  ['{"name":"@wasmlattice/provider-keyvalue-nats"}', 'main', false],
  ['{', 'main.js', false],
])('knows by the package %s whether %s may share its process: %s', async (manifest, name, expected) => {
  await using folder = await createTempDir();
  await mkdir(join(folder.path, 'dist'));
  await writeFile(join(folder.path, 'package.json'), manifest);
  await writeFile(join(folder.path, 'dist', name), '');
  expect(await isOfOurs(join(folder.path, 'dist', name))).toBe(expected);
});
