import type { StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderAtHand } from '../provider-at-hand.js';

/** A provider and what is behind it, made once for all tests of the contract. */
export interface PostgresSetup extends ProviderAtHand {
  /** Config of the provider itself. */
  readonly config?: StringMap;
  /** Target config of a link to a database. */
  readonly first: StringMap;
  /** Of one to another database. */
  readonly second: StringMap;
}

/** What an implementation may do otherwise than the contract says. */
export const postgresDifferences = {
  'other-expressions': 'the value of an expression has the widest type: `SELECT 1` gives `int8`',
  'short-decimals': 'decimals are stored as floats, and come without the zeros at their end',
  'unread-decimals': 'reading a decimal ends the call without an answer, or gives bytes that are no digits',
  'no-longest-negatives':
    'a negative integer of the longest form, an `int2` below -8,192 for one, is refused by ending the call without an answer',
  'no-smallest-floats': 'floats below 2.2e-308, which have fewer digits than others, are stored as 0',
  'unread-chars': 'reading a `char(n)` ends the call without an answer',
  'rewritten-json': '`json` comes with sorted keys and without its spaces',
  'no-arrays': 'there are no arrays',
  'loose-types': 'columns take values of other types',
  'bytes-as-values': 'the bytes of a parameter of another type become the value where their number fits',
  'one-error': 'errors of statements are `unexpected`, whatever they are about',
  'broken-sessions':
    'what a statement leaves in its session, an open transaction for instance, is there for the next one',
  'one-link': 'a component has one link: another one of it counts for nothing',
  'no-describe': 'statements are not described',
} as const;

export type PostgresDifference = keyof typeof postgresDifferences;
