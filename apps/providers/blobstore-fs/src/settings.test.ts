import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRoot } from './settings.js';

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
