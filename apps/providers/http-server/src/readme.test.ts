import { readFile } from 'node:fs/promises';
import { httpServerSchema, readmeRows, rowsInReadme } from '@wasmlattice/provider-host/config-schema';
import { expect, it } from 'vitest';

it('the README lists the keys of the configs as they are', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(rowsInReadme(readme)).toEqual(readmeRows(httpServerSchema));
});
