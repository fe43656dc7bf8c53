import { it } from 'vitest';

/** Names of what an implementation may do otherwise, each with words for its README. */
export type Differences = Readonly<Record<string, string>>;

/**
 * Declares a test, named by what it claims.
 *
 * @param unless the differences of which each keeps an implementation from it
 */
export type Claim<Difference extends string> = (
  title: string,
  test: () => Promise<void>,
  unless?: Difference | readonly Difference[],
) => void;

/** Ends what hangs: a claim may move hundreds of megabytes through a server on a machine that does more besides. */
const timeout = 180_000;

/**
 * Claims of a contract, for an implementation with the differences `declared`. A claim that it does not keep is tried all the same, and
 * must fail: a difference that is none any more fails the run, so that no list of differences outlives its truth.
 */
export function claimsFor<const D extends Differences>(
  words: D,
  declared: readonly (keyof D & string)[],
): Claim<keyof D & string> {
  return (title, test, unless) => {
    const difference = [unless ?? []].flat().find((name) => declared.includes(name));
    if (difference === undefined) it(title, { timeout }, test);
    else it.fails(`${title}; differs: ${words[difference]}`, { timeout }, test);
  };
}
