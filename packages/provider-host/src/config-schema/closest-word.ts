import { distance } from 'fastest-levenshtein';

/** Longer texts are no misspelt words. */
const maxLength = 64;

/** The word that `text` is most likely a slip for: up to two letters away, one for short words; case and `-` for `_` do not count. */
export function closestWord(text: string, words: Iterable<string>): string | undefined {
  if (text.length > maxLength) return undefined;
  const found = [...words]
    .map((word) => ({ word, slips: distance(normalized(text), normalized(word)) }))
    .filter(({ word, slips }) => slips <= (word.length < 5 ? 1 : 2))
    .toSorted((one, other) => one.slips - other.slips);
  return found[0]?.word;
}

function normalized(text: string): string {
  return text.toLowerCase().replaceAll('-', '_');
}
