import { describe, expect, it } from 'vitest';
import { resolveImage, shownProviderReference } from './image-reference.js';

describe('resolveImage', () => {
  it.each([
    ['file://./build/a.wasm', 'file:///apps/shop/build/a.wasm', '/apps/shop/build/a.wasm'],
    ['file://../a.wasm', 'file:///apps/a.wasm', '/apps/a.wasm'],
    ['file://a b.wasm', 'file:///apps/shop/a%20b.wasm', '/apps/shop/a b.wasm'],
    ['./a.wasm', 'file:///apps/shop/a.wasm', '/apps/shop/a.wasm'],
    ['../a.wasm', 'file:///apps/a.wasm', '/apps/a.wasm'],
  ])('takes %s from the folder of the manifest', (image, url, localFile) => {
    expect(resolveImage(image, '/apps/shop')).toEqual({ image: url, localFile });
  });

  it.each([
    'file:///srv/a.wasm',
    '/srv/a.wasm',
    'ghcr.io/x/a:1',
    'oci://ghcr.io/x/a:1',
    'wasmcloud+builtin://http-server',
  ])('leaves %s as it is', (image) => {
    expect(resolveImage(image, '/apps/shop')).toEqual({ image, localFile: undefined });
  });
});

describe('shownProviderReference', () => {
  it.each([
    ['file:///srv/a%20b.mjs', '/srv/a b.mjs'],
    ['oci://ghcr.io/x/a:1', 'ghcr.io/x/a:1'],
    ['https://ghcr.io/x/a:1', 'ghcr.io/x/a:1'],
    ['wasmcloud+builtin://http-server', 'http-server'],
    ['ghcr.io/x/a:1', 'ghcr.io/x/a:1'],
  ])('%s is shown as %s', (image, shown) => {
    expect(shownProviderReference(image)).toBe(shown);
  });
});
