import { parseArgs } from 'node:util';
import { UsageError } from '../options.js';
import { shapeNames } from './generate.js';

export interface DifferentialOptions {
  readonly cases: number;
  /** Seed of the first case; each further one is one more. */
  readonly seed: number;
  readonly shapes: readonly string[];
  /** Whether to print each case. */
  readonly shows: boolean;
}

/** @throws UsageError */
export function readDifferentialOptions(args: readonly string[]): DifferentialOptions {
  const values = parseOrThrow(args);
  const shapes = values.shapes.split(',');
  const unknown = shapes.find((shape) => !shapeNames.includes(shape));
  if (unknown !== undefined) throw new UsageError(`--shapes ${unknown}: there are ${shapeNames.join(', ')}`);
  return {
    cases: count('--cases', values.cases),
    seed: count('--seed', values.seed),
    shapes,
    shows: values.show,
  };
}

function parseOrThrow(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        cases: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '0' },
        shapes: { type: 'string', default: shapeNames.join(',') },
        show: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError(`${option} ${text}: expected a number`);
}
