import { describe, expect, it } from 'vitest';
import { ChunkMemory } from './chunk-memory.js';

const bytesOf = (length: number, value: number) => new Uint8Array(length).fill(value);

describe('ChunkMemory', () => {
  it('gives each chunk bytes that no other chunk writes', () => {
    const memory = new ChunkMemory();
    const sizes = [
      1, 20_000, 16_384, 16_384, 16_384, 16_384, 8_192, 100, 32_768, 32_768, 32_769, 200_000, 16_384,
    ];
    const copies = sizes.map((size, index) => memory.copy(bytesOf(size, index + 1)));
    for (const [index, copy] of copies.entries()) {
      expect(copy.length).toBe(sizes[index]);
      expect(copy.every((byte) => byte === index + 1)).toBe(true);
    }
  });

  it('leaves what it was given alone, and copies', () => {
    const memory = new ChunkMemory();
    const given = bytesOf(16_384, 7);
    const copies = [memory.copy(given), memory.copy(given)];
    given.fill(0);
    for (const copy of copies) expect(copy.every((byte) => byte === 7)).toBe(true);
  });

  it('holds little more than a chunk for a body of one, and for small ones', () => {
    const memory = new ChunkMemory();
    for (const size of [16_384, 5, 8_191]) {
      expect(memory.copy(bytesOf(size, 1)).buffer.byteLength).toBe(size);
    }
  });

  it('shares memory among the chunks of one stream only', () => {
    const [one, other] = [new ChunkMemory(), new ChunkMemory()];
    for (const memory of [one, other]) memory.copy(bytesOf(1, 0));
    const [first, second] = [one.copy(bytesOf(16_384, 1)), one.copy(bytesOf(16_384, 2))];
    expect(second.buffer).toBe(first.buffer);
    expect(other.copy(bytesOf(16_384, 3)).buffer).not.toBe(first.buffer);
  });
});
