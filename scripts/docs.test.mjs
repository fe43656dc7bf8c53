import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parsePage } from './lib/doc-test/parse-page.mjs';
import { readerEnvironment } from './lib/doc-test/reader-environment.mjs';
import { runPage } from './lib/doc-test/run-page.mjs';
import { root } from './lib/paths.mjs';

// What takes minutes and a network is run by `pnpm docs:test`.

const pages = await Promise.all(
  globSync('docs/tasks/*.md', { cwd: root }).map(async (name) => {
    const path = join(root, name);
    return { name, path, ...parsePage(await readFile(path, 'utf8')) };
  }),
);

vi.setConfig({ maxConcurrency: 3 });

let programs;
let env;
beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'wasmlattice-programs-'));
  env = await readerEnvironment(programs, { natsServer: process.env.NATS_SERVER_BIN });
});
afterAll(() => rm(programs, { recursive: true, force: true }));

// Their commands wait for one another most of the time, so some pages are run at once. The time ends what hangs; a page fails by what its
// commands say.
test.concurrent.each(pages.filter(({ isSlow }) => !isSlow))(
  'the commands of $name do what it says',
  { timeout: 600_000 },
  ({ path }) => runPage(path, { env }),
);

test('each page of a task is run', () => {
  expect(pages.map(({ steps }) => steps.some(({ kind }) => kind === 'commands'))).not.toContain(false);
});

test('no page of a clone has its readers type `npx wasmlattice`, which is no package there', async () => {
  const found = globSync(['README.md', 'examples/**/README.md', 'docs/getting-started.md'], {
    cwd: root,
    exclude: (name) => name.includes('node_modules'),
  });
  expect(found).toContain('examples/http-hello/README.md');
  const texts = await Promise.all(found.map((name) => readFile(join(root, name), 'utf8')));
  expect(texts.filter((text) => text.includes('npx wasmlattice'))).toEqual([]);
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const [command] of texts.flatMap((text) => [...text.matchAll(/npm run [\w:]+/g)])) {
    expect(scripts).toHaveProperty([command.slice('npm run '.length)]);
  }
});
