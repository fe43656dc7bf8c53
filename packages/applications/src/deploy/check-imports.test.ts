import { describe, expect, it } from 'vitest';
import type { ManifestLink } from '../manifest/manifest.js';
import { checkImports } from './check-imports.js';

const imports = new Set([
  'wasi:io/poll',
  'wasi:keyvalue/store',
  'wasi:keyvalue/atomics',
  'wasi:http/outgoing-handler',
]);

function link(packageName: string, ...interfaces: readonly string[]): ManifestLink {
  const ends = { name: 'default', target: 'store', sourceConfig: [], targetConfig: [] };
  return { ...ends, namespace: 'wasi', package: packageName, interfaces };
}

const check = (...links: ManifestLink[]) => checkImports({ name: 'hello', links }, imports);

describe('links compared with imports', () => {
  it('pass when the component imports all of them', () => {
    const links = [link('keyvalue', 'store', 'atomics'), link('http', 'outgoing-handler')];
    expect(check(...links)).toEqual({ refusals: [], warnings: [] });
  });

  it.each([
    [
      'an interface',
      link('keyvalue', 'atomics', 'stor'),
      ['interfaces', 1],
      'wasi:keyvalue/stor, which it does not import: it imports wasi:keyvalue/store',
    ],
    [
      'a package',
      link('keyval', 'store'),
      ['package'],
      'wasi:keyval/store, which it does not import: it imports wasi:keyvalue/store',
    ],
  ])('are refused for a slip in %s', (_, wrong, at, message) => {
    expect(check(wrong).refusals).toEqual([
      { link: wrong, at, message: `\`hello\` has a link for ${message}` },
    ]);
  });

  it('are refused for a package of which the component imports nothing', () => {
    expect(check(link('blobstore', 'container')).refusals).toMatchObject([
      {
        at: ['package'],
        message: expect.stringContaining('imports nothing of wasi:blobstore; it imports wasi:keyvalue/store'),
      },
    ]);
  });

  it('pass with a warning where one interface of several is not imported', () => {
    expect(check(link('keyvalue', 'store', 'batch'))).toMatchObject({
      refusals: [],
      warnings: [
        {
          at: ['interfaces', 1],
          message: expect.stringContaining('`hello` does not import wasi:keyvalue/batch of its link'),
        },
      ],
    });
  });
});
