import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from './paths.mjs';
import { workspacePackages } from './workspace.mjs';

// What packages have in common and no tool looks at.

const packages = (await workspacePackages()).map(({ path, manifest }) => ({
  path: relative(root, path),
  manifest,
}));

const references = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).references.map(
  ({ path }) => path,
);

const compiled = packages.filter(({ manifest }) => manifest.scripts?.build?.startsWith('tsc -b'));
const tested = packages.filter(({ path }) => globSync(join(root, path, 'src/**/*.test.ts')).length > 0);

test.each(compiled)('tsc -b builds $path', ({ path }) => {
  expect(references).toContain(path);
});

test.each(tested)('tsc -b checks the types of the tests of $path', ({ path }) => {
  expect(references).toContain(`${path}/tsconfig.test.json`);
});

const entries = packages.flatMap(({ path, manifest }) =>
  Object.entries(manifest.exports ?? {})
    // JSON, and declarations alone, are not compiled.
    .filter(([entry, target]) => !entry.endsWith('.json') && target.default !== undefined)
    .map(([entry, target]) => ({ path, entry, target })),
);

test.each(entries)('within this repository, $entry of $path is its source', ({ path, target }) => {
  expect(target.development).toBe(target.default.replace('./dist/', './src/').replace(/\.js$/, '.ts'));
  expect(existsSync(join(root, path, target.development))).toBe(true);
});

test('version managers get the Node.js that pnpm installs', () => {
  const { catalog, nodeVersion } = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'));
  expect(nodeVersion).toBe(catalog.node);
  expect(readFileSync(join(root, '.node-version'), 'utf8')).toBe(`${nodeVersion}\n`);
});
