import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What the module at this URL and all modules below it import from other packages. */
function importedBy(module: URL, seen: Set<string> = new Set()): readonly string[] {
  if (seen.has(module.href)) return [];
  seen.add(module.href);
  const source = readFileSync(new URL(module.href.replace(/\.js$/, '.ts')), 'utf8');
  return [...source.matchAll(/^(?:import|export|\}) .*from '(.+)';$/gm)].flatMap(([, from = '']) =>
    from.startsWith('.') ? importedBy(new URL(from, module), seen) : [from],
  );
}

it.each(['types', 'codec', 'subjects'])('the subpath %s loads no other package', (subpath) => {
  expect(importedBy(new URL(`${subpath}/index.js`, import.meta.url))).toEqual([]);
});

it('the package itself has the client of NATS', () => {
  expect(importedBy(new URL('index.js', import.meta.url))).toContain('nats');
});
