import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './lib/paths.mjs';

/** The rows of the table that follows one request: file and function at each stop. */
function stops(markdown) {
  return [...markdown.matchAll(/^\| \d+\. .*\| `([^`]+)` +\| `([^`]+)` +\|$/gm)].map(([, file, name]) => ({
    file,
    name,
  }));
}

it('follows a request through functions that are where it says', () => {
  const found = stops(readFileSync(join(root, 'docs/architecture.md'), 'utf8'));
  expect(found.length).toBeGreaterThan(10);
  for (const { file, name } of found) {
    const isDefined = new RegExp(`(^|[\\s.])${name}(<[^>]*>)?\\(|\\b${name}: `, 'm');
    expect(readFileSync(join(root, file), 'utf8'), `${name} in ${file}`).toMatch(isDefined);
  }
});
