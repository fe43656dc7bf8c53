import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';

/** Names of what an implementation may do otherwise, each with words for its README. */
export type Differences = Readonly<Record<string, string>>;

/** What a contract is told of an implementation. */
export interface ContractOptions<Difference extends string> {
  /** What it does otherwise. */
  readonly differences?: readonly Difference[];
  /** What it does otherwise at times, as chance will have it. */
  readonly differencesAtTimes?: readonly Difference[];
  /** Whether it is a program of wasmCloud, of which some leave a caller waiting for ever. */
  readonly isForeign?: boolean;
}

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
const ownTimeout = { kept: timeout, atTimes: timeout, differing: timeout };

/** For programs that may hang where they differ: what one has not kept in this time, it does not keep. */
const foreignTimeout = { kept: 60_000, atTimes: 20_000, differing: 8_000 };

/**
 * Claims of a contract. One that an implementation does not keep is tried all the same, and must fail, be it by never coming to an end: a
 * difference that is none any more fails the run, so that no list of differences outlives its truth. One that it keeps at times is tried, and says
 * in an annotation that it failed.
 */
export function claimsFor<const D extends Differences>(
  words: D,
  { differences = [], differencesAtTimes = [], isForeign = false }: ContractOptions<keyof D & string>,
): Claim<keyof D & string> {
  const { kept, atTimes, differing } = isForeign ? foreignTimeout : ownTimeout;
  return (title, test, unless) => {
    const all = [unless ?? []].flat();
    const difference = all.find((name) => differences.includes(name));
    const chance = all.find((name) => differencesAtTimes.includes(name));
    if (difference !== undefined)
      it.fails(`${title}; differs: ${words[difference]}`, { timeout: differing }, test);
    else if (chance === undefined) it(title, { timeout: kept }, test);
    else {
      it(`${title}; differs at times: ${words[chance]}`, { timeout: 2 * atTimes }, async ({ annotate }) => {
        const failure = await failureOf(test, atTimes);
        if (failure !== undefined) await annotate(failure, 'warning');
      });
    }
  };
}

/** Why a test failed, if it did. */
async function failureOf(test: () => Promise<void>, patience: number): Promise<string | undefined> {
  const end = sleep(patience, `not ended after ${patience} ms`, { ref: false });
  return Promise.race([end, test().then(() => undefined, String)]);
}
