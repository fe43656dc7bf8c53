import { NoFormError } from '@wasmlattice/postgres-interface';
import { parse } from 'postgres-array';

/**
 * Reads `{1,2,3}`. The lists of the interface have one dimension and no gaps.
 *
 * @throws NoFormError for arrays that have more, or less
 */
export function readArray<T>(text: string, read: (item: string) => T): T[] {
  // PostgreSQL writes boxes with `;` between them, as they have commas themselves.
  const isOfBoxes = /^\{\(.*\)\}$/.test(text);
  const items: unknown[] = isOfBoxes ? text.slice(1, -1).split(';') : parse(text);
  return items.map((item) => {
    if (typeof item !== 'string') throw new NoFormError(text);
    return read(item);
  });
}

/** @param delimiter `;` for boxes */
export function writeArray(items: readonly string[], delimiter = ','): string {
  const quoted = items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`);
  return `{${quoted.join(delimiter)}}`;
}
