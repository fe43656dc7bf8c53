import { distance } from 'fastest-levenshtein';

/** The word that was probably meant; `undefined` when none is near: two slips in a long word, one in a short one. */
export function closestWord(given: string, words: Iterable<string>): string | undefined {
  const near = [...words]
    .map((word) => ({ word, slips: distance(given.toLowerCase(), word.toLowerCase()) }))
    .filter(({ slips, word }) => slips <= (word.length > 5 ? 2 : 1))
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.word;
}
