import { describe, expect, it } from 'vitest';
import { bytesInRange } from './bytes-in-range.js';
import { namesInRange } from './name-list.js';
import { sizedChunks } from './sized-chunks.js';

async function* chunks(...lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let next = 0;
  for (const length of lengths) yield Uint8Array.from({ length }, () => next++ % 256);
}

const counted = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => (from + index) % 256);
const flat = (parts: readonly Uint8Array[]): number[] => parts.flatMap((part) => [...part]);

describe('chunks of one length', () => {
  it('have all bytes in their order, whatever the lengths they came in', async () => {
    for (const lengths of [[10], [1, 2, 3, 4], [0, 7, 0, 3], [4, 4, 2], [300, 1]]) {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const sized = await Array.fromAsync(sizedChunks(chunks(...lengths), 4));
      expect(flat(sized)).toEqual(counted(0, total));
      expect(sized.slice(0, -1).every(({ length }) => length === 4)).toBe(true);
    }
  });

  it('are none of no bytes', async () => {
    expect(await Array.fromAsync(sizedChunks(chunks(), 4))).toEqual([]);
    expect(await Array.fromAsync(sizedChunks(chunks(0, 0), 4))).toEqual([]);
  });
});

describe('bytes of a range', () => {
  it('are those from its start to before its end', async () => {
    for (const [start, end] of [
      [0, 20],
      [3, 4],
      [4, 8],
      [5, 17],
      [19, 100],
      [20, 30],
      [6, 6],
    ] as const) {
      const read = await Array.fromAsync(bytesInRange(chunks(4, 4, 4, 8), { offset: 0, start, end }));
      expect(flat(read)).toEqual(counted(start, Math.max(start, Math.min(end, 20))));
    }
  });

  it('may be of chunks that begin later', async () => {
    const read = await Array.fromAsync(bytesInRange(chunks(4, 4), { offset: 100, start: 102, end: 106 }));
    expect(flat(read)).toEqual([2, 3, 4, 5]);
  });

  it('ask for no chunk after the last that they need', async () => {
    let asked = 0;
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks(4, 4, 4)) {
        asked += 1;
        yield chunk;
      }
    }
    await Array.fromAsync(bytesInRange(watched(), { offset: 0, start: 2, end: 8 }));
    expect(asked).toBe(2);
  });
});

it('names of a range are as many as asked for, and no more are looked for', async () => {
  let asked = 0;
  async function* names(): AsyncGenerator<string> {
    for (;;) yield `name-${asked++}`;
  }
  const some = (await Array.fromAsync(namesInRange(names(), { offset: 3n, limit: 400n }))).flat();
  expect(some).toEqual(Array.from({ length: 400 }, (_, index) => `name-${index + 3}`));
  expect(asked).toBe(403);
  expect(await Array.fromAsync(namesInRange(names(), { offset: 0n, limit: 0n }))).toEqual([]);
});
