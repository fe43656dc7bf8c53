import { describe, expect, it } from 'vitest';
import type { StringEncoding } from '../core-types.js';
import { handMadeGuest } from '../testing/abi-harness.js';
import { stringCrossing } from './string-crossing.js';

/** Sizes that the receiving part is asked for, one after the other. */
function allocationsOf(text: string, outer: StringEncoding, inner: StringEncoding): readonly number[] {
  const from = handMadeGuest({ encoding: outer });
  const to = handMadeGuest({ encoding: inner });
  from.cx.flat[0] = from.cx.strings.write(from.cx, text);
  from.cx.flat[1] = from.cx.written;
  stringCrossing.pass(from.cx, 0, to.cx, 0);
  const [address, length] = to.cx.flat as [number, number];
  expect(to.cx.strings.read(to.cx, address, length >>> 0)).toBe(text);
  return to.allocations;
}

describe('a text between two encodings', () => {
  // As the specification has it: the size of plain text first, then the largest it may be, then what it is.
  it.each([
    ['utf8', 'utf8', 'é', [2]],
    ['utf16', 'utf16', 'é', [2]],
    ['utf16', 'utf8', 'plain', [5]],
    ['utf16', 'utf8', 'aé', [2, 6, 3]],
    ['utf16', 'utf8', '日本', [2, 6]],
    ['latin1+utf16', 'utf8', 'aé', [2, 4, 3]],
    ['latin1+utf16', 'utf8', '日', [1, 3]],
    ['utf8', 'utf16', 'plain', [10]],
    ['utf8', 'utf16', 'é', [4, 2]],
    ['latin1+utf16', 'utf16', 'é', [2]],
    ['latin1+utf16', 'utf16', '日', [2]],
    ['utf8', 'latin1+utf16', 'plain', [5]],
    ['utf8', 'latin1+utf16', 'é', [2, 1]],
    ['utf8', 'latin1+utf16', '日', [3, 6, 2]],
    ['utf16', 'latin1+utf16', 'é', [1]],
    ['utf16', 'latin1+utf16', '日', [1, 2]],
    ['latin1+utf16', 'latin1+utf16', 'é', [1]],
    ['latin1+utf16', 'latin1+utf16', '日', [2]],
  ] as const)('from %s to %s asks for room for %j as %j', (outer, inner, text, sizes) => {
    expect(allocationsOf(text, outer, inner)).toEqual(sizes);
  });

  it('becomes Latin-1 where it can, though it was in UTF-16', () => {
    const from = handMadeGuest({ encoding: 'latin1+utf16' });
    const to = handMadeGuest({ encoding: 'latin1+utf16' });
    from.cx.memory.buffer.write('é', 16, 2, 'utf16le');
    from.cx.flat[0] = 16;
    from.cx.flat[1] = (1 + 0x8000_0000) | 0;
    stringCrossing.pass(from.cx, 0, to.cx, 0);
    expect(to.cx.flat[1]).toBe(1);
    expect(to.allocations).toEqual([2, 1]);
  });

  it.each([
    ['utf8', 'utf8', [0xff], 'is not UTF-8'],
    ['utf8', 'utf16', [0xc3], 'is not UTF-8'],
    ['utf16', 'utf16', [0x00, 0xd8], 'has half of a surrogate pair'],
    ['utf16', 'utf8', [0x00, 0xdc], 'has half of a surrogate pair'],
  ] as const)('traps from %s to %s with bytes that are no text: %j', (outer, inner, bytes, message) => {
    const from = handMadeGuest({ encoding: outer });
    const to = handMadeGuest({ encoding: inner });
    from.cx.memory.bytes.set(bytes, 16);
    from.cx.flat[0] = 16;
    from.cx.flat[1] = 1;
    expect(() => stringCrossing.pass(from.cx, 0, to.cx, 0)).toThrow(message);
  });
});
