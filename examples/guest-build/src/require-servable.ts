import { formatFunction, type WitType } from '@wasmlattice/rpc';
import {
  functionsOf,
  typesOf,
  type WitFolder,
  type World,
  type WorldFunction,
  worldOf,
} from '@wasmlattice/wit-types';
import { GuestBuildError } from './errors.js';

/** Types that componentize-js 0.23.0 stops at without a word of what is wrong: what they are, what a guest may have instead. */
const refused: Readonly<Partial<Record<WitType['kind'], readonly [what: string, advice: string]>>> = {
  stream: [
    'a stream',
    'use `list<…>` for what fits into memory, else a resource with a method that gives the next part',
  ],
  future: ['a future', 'use its value as the result, for which the caller waits'],
  'error-context': ['an error-context', 'use `string`'],
  map: ['a map', 'use `list<tuple<…, …>>`'],
  'fixed-list': ['a list of fixed length', 'use a `list<…>` without a length'],
};

/**
 * The world of a guest; one that componentize-js can't make a guest of is refused before it panics.
 *
 * @throws GuestBuildError that names the function and what to use instead
 */
export async function requireServable(wit: WitFolder, folder: string): Promise<World> {
  const world = await worldOf(wit, { folder });
  const problem = firstProblem(world);
  if (problem !== undefined) throw new GuestBuildError(problem);
  return world;
}

function firstProblem(world: World): string | undefined {
  for (const found of functionsOf(world)) {
    if (found.func.async === true) {
      return `${named(found)} is asynchronous, which componentize-js can't build: leave \`async\` out, callers wait for a result anyway`;
    }
    for (const { kind } of typesOf(found.func)) {
      const [what, advice] = refused[kind] ?? [];
      if (what !== undefined)
        return `${named(found)} has ${what}, which componentize-js can't build: ${advice}`;
    }
  }
  return undefined;
}

/** `lines: func(name: string) -> stream<string>` of acme:logs/tail */
function named({ interface: id, func }: WorldFunction): string {
  return `\`${formatFunction(func)}\`${id === undefined ? '' : ` of ${id}`}`;
}
