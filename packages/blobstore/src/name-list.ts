import type { NameRange } from './blob-store.js';

const namesAtOnce = 256;

/** The names of a range, some at a time; no more of them are asked for than it takes. */
export async function* namesInRange(
  names: AsyncIterable<string>,
  { offset, limit }: NameRange,
): AsyncGenerator<string[]> {
  const end = offset + limit;
  let position = 0n;
  let some: string[] = [];
  if (limit > 0n) {
    for await (const name of names) {
      if (position >= offset) some.push(name);
      position += 1n;
      if (some.length === namesAtOnce) {
        yield some;
        some = [];
      }
      if (position >= end) break;
    }
  }
  if (some.length > 0) yield some;
}
