import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readPageFiles } from './page-files.js';

const built = fileURLToPath(new URL('../../dist/page', import.meta.url));

it('has at most 300 KB of page, uncompressed', async () => {
  const files = await readPageFiles(built);
  const bytes = [...files.values()].reduce((sum, { content }) => sum + content.length, 0);
  expect(bytes).toBeLessThanOrEqual(300_000);
  expect(files.has('/')).toBe(true);
});

it('loads nothing from elsewhere', async () => {
  const files = await readPageFiles(built);
  for (const [path, { content }] of files) {
    const loaded = Buffer.from(content)
      .toString()
      .matchAll(/(?:src|href)=["'](https?:)?\/\/|url\(["']?https?:|import\(["']https?:/g);
    expect([...loaded], path).toEqual([]);
  }
});
