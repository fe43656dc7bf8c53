import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { trapShownFor } from './shown-trap.js';

const trap = Object.assign(new Error('no good'), {
  stack: 'Error: no good\nstderr of the guest:\nadd@shop.js:2:7',
});

it('shows positions in the sources where a source map is beside the file, as it is then', async () => {
  await using folder = await createTempDir();
  const image = join(folder.path, 'shop-1a2b.wasm');
  const shown = trapShownFor(pathToFileURL(image).href);
  expect(shown(trap)).toBe(trap.stack);
  const map = { version: 3, file: 'shop.js', names: [], sources: ['src/cart.ts'], mappings: ';AAIE' };
  await writeFile(join(folder.path, 'shop-1a2b.js.map'), JSON.stringify(map));
  const mapped = 'Error: no good\nstderr of the guest:\nadd@src/cart.ts:5:9';
  expect(shown(trap)).toBe(mapped);
  expect(trapShownFor(image)(trap)).toBe(mapped);
});

it.each(['registry.example/shop:1', 'file:///nowhere/shop.wasm', 'file://elsewhere/shop.wasm', ''])(
  'shows a trap as it is where there is no source map: %s',
  (image) => {
    expect(trapShownFor(image)(trap)).toBe(trap.stack);
  },
);
