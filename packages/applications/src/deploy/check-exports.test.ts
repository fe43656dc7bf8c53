import { expect, it } from 'vitest';
import type { ManifestLink } from '../manifest/manifest.js';
import { checkExports } from './check-exports.js';
import type { ImportFinding } from './check-imports.js';

function check(packageName: string, name: string, ...exported: readonly string[]): readonly ImportFinding[] {
  const ends = { name: 'default', target: 'hello', sourceConfig: [], targetConfig: [] };
  const link: ManifestLink = { ...ends, namespace: 'wasi', package: packageName, interfaces: [name] };
  const findings = checkExports([{ name: 'http', links: [link] }], (id) =>
    id === 'hello' ? new Set(exported) : undefined,
  );
  for (const finding of findings) expect(finding.link).toBe(link);
  return findings;
}

it.each([
  ['http', 'incoming-handlr', ['interfaces', 0]],
  ['htpt', 'incoming-handler', ['package']],
])('a link for wasi:%s/%s is a slip', (packageName, name, at) => {
  expect(check(packageName, name, 'wasi:cli/run', 'wasi:http/incoming-handler')).toMatchObject([
    {
      at,
      message: `\`http\` has a link to \`hello\` for wasi:${packageName}/${name}, which that does not export: it exports wasi:http/incoming-handler`,
    },
  ]);
});

it.each([
  ['incoming-handler', 'wasi:http/incoming-handler'],
  // A handler of WASI 0.3 is linked by the name of 0.2.
  ['incoming-handler', 'wasi:http/handler'],
  ['incoming-handler', 'wasi:cli/run'],
])('a link for wasi:http/%s to what exports %s is let be', (name, exported) => {
  expect(check('http', name, exported)).toEqual([]);
});

it('a link to what is not here is let be', () => {
  const ends = { name: 'default', target: 'other', sourceConfig: [], targetConfig: [] };
  const link: ManifestLink = { ...ends, namespace: 'wasi', package: 'http', interfaces: ['x'] };
  expect(checkExports([{ name: 'http', links: [link] }], () => undefined)).toEqual([]);
});
