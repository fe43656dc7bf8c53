import type { SqliteValue } from '../values/sqlite-value.js';
import { ParametersError } from './sqlite-failure.js';

/** Parameters as `node:sqlite` takes them: those with names, and those by position. */
export interface Bound {
  readonly named: Readonly<Record<string, SqliteValue>>;
  readonly positional: readonly SqliteValue[];
}

/** What has no parameters in it, then parameters: `$1`, `?1`, `?`. */
const token =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|([$?])(\d+)|(\?)/g;

/**
 * Gives each parameter of a statement its value: SQLite takes one that has none for null, and this does not.
 *
 * @throws ParametersError
 */
export function bindParameters(text: string, values: readonly SqliteValue[]): Bound {
  const named: Record<string, SqliteValue> = {};
  const positional: SqliteValue[] = [];
  const kinds = new Set<string>();
  let wanted = 0;
  for (const [, sign, digits, mark] of text.matchAll(token)) {
    if (sign !== undefined && digits !== undefined) {
      const number = Number(digits);
      kinds.add(`${sign}1`);
      wanted = Math.max(wanted, number);
      named[`${sign}${digits}`] = values[number - 1] ?? null;
    } else if (mark !== undefined) {
      kinds.add(mark);
      positional.push(values[positional.length] ?? null);
      wanted = Math.max(wanted, positional.length);
    }
  }
  // To SQLite, `?1` is whichever parameter came first.
  if (kinds.size > 1) {
    throw new ParametersError(
      `the statement has parameters as ${[...kinds].join(' and ')}: choose one form for all`,
    );
  }
  if (wanted !== values.length) {
    throw new ParametersError(
      `the statement has ${wanted} parameters, and ${values.length} values were given`,
    );
  }
  return { named, positional };
}
