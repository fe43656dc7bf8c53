import { parseArgs } from 'node:util';
import { UsageError } from '../options.js';

export interface MutationOptions {
  readonly count: number;
  /** Number of the first mutant; each further one is one more. */
  readonly first: number;
  /** A folder with components to change besides the generated ones. */
  readonly guests: string | undefined;
}

/** @throws UsageError */
export function readMutationOptions(args: readonly string[]): MutationOptions {
  let values: { readonly count: string; readonly first: string; readonly guests?: string };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        count: { type: 'string', default: '10000' },
        first: { type: 'string', default: '0' },
        guests: { type: 'string' },
      },
    }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return {
    count: whole('--count', values.count),
    first: whole('--first', values.first),
    guests: values.guests,
  };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError(`${option} ${text}: expected a number`);
}
