import { expect, it } from 'vitest';
import { positionMapper } from './source-positions.js';

/** Line 2, column 1 of the script is line 5, column 3 of `cart.ts`. */
const map = { version: 3, file: 'shop.js', names: [], sources: ['src/cart.ts'], mappings: ';AAIE' };

it('shows positions of the script as those of its sources', () => {
  const mapped = positionMapper(JSON.stringify(map));
  expect(mapped('add@shop.js:2:7\n  at (shop.js:2:1)')).toBe('add@src/cart.ts:5:9\n  at (src/cart.ts:5:3)');
});

it('leaves other files, and positions that no source has, as they are', () => {
  const mapped = positionMapper(JSON.stringify(map));
  expect(mapped('my-shop.json:2:1 workshop.js:2:1 shop.js:1:1')).toBe(
    'my-shop.json:2:1 workshop.js:2:1 shop.js:1:1',
  );
});

it.each([undefined, 'no JSON', '{}', JSON.stringify({ ...map, file: undefined })])(
  'leaves texts as they are without a map that can be read: %s',
  (text) => {
    expect(positionMapper(text)('shop.js:2:1')).toBe('shop.js:2:1');
  },
);
