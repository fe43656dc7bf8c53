/** Longer texts are no misspelt words. */
const maxLength = 64;

/** The word that `text` is most likely a slip for: up to two letters away, fewer for short words; case and `-` for `_` do not count. */
export function closestWord(text: string, words: readonly string[]): string | undefined {
  if (text.length > maxLength) return undefined;
  const found = words
    .map((word) => ({ word, distance: distanceBetween(normalized(text), normalized(word)) }))
    .filter(({ word, distance }) => distance <= (word.length < 5 ? 1 : 2))
    .toSorted((one, other) => one.distance - other.distance);
  return found[0]?.word;
}

function normalized(text: string): string {
  return text.toLowerCase().replaceAll('-', '_');
}

/** Letters to insert, remove, change or swap with their neighbour. */
function distanceBetween(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + cost,
        isSwap ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, other.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
