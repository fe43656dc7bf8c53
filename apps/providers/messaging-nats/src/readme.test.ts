import { readFile } from 'node:fs/promises';
import { messagingNatsSchema, readmeRows, rowsInReadme } from '@wasmlattice/provider-host/config-schema';
import { expect, it } from 'vitest';
import { consumerKeys } from './jetstream/consumer-settings.js';

it('the README lists the keys of the configs as they are', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(rowsInReadme(readme)).toEqual(readmeRows(messagingNatsSchema));
});

it('the README lists the keys of consumers as they are', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const section = readme.split('## Messages of streams\n')[1]?.split('\n## ')[0] ?? '';
  const cells = [...section.matchAll(/^\| (`[^|]+`) +\|/gm)].map(([, cell = '']) => cell);
  expect(cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name))).toEqual(
    consumerKeys,
  );
});
