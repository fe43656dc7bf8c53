import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobstoreFsSchema, readSettings } from '@wasmlattice/provider-host/config-schema';
import type { StringMap } from '@wasmlattice/provider-sdk';
import { describe, expect, it } from 'vitest';
import { rootOf } from './settings.js';

function readRoot(link: StringMap, provider: StringMap, sourceId: string): string {
  const settings = readSettings(blobstoreFsSchema, {
    side: 'target',
    link: { config: link, secrets: {} },
    provider: { config: provider, secrets: {} },
  });
  return rootOf(settings, sourceId);
}

describe('the root of a link', () => {
  it('is that of the link, else of the provider, with the key in any case', () => {
    expect(readRoot({ ROOT: '/a' }, { root: '/b' }, 'c')).toBe('/a');
    expect(readRoot({ Root: '/a' }, {}, 'c')).toBe('/a');
    expect(readRoot({ ROOT: '' }, { root: '/b' }, 'c')).toBe('/b');
  });

  it('is a temporary directory of the component by default', () => {
    expect(readRoot({}, {}, 'photos')).toBe(join(tmpdir(), 'photos'));
    expect(readRoot({}, {}, '../etc')).toBe(join(tmpdir(), '___etc'));
  });

  it('is never relative', () => {
    expect(() => readRoot({ root: 'data' }, {}, 'c')).toThrow(/ROOT is "data": give the path from the top/);
  });
});
