import type { StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderAtHand } from '../provider-at-hand.js';

/** A provider and what is behind it, made once for all tests of the contract. */
export interface MessagingSetup extends ProviderAtHand {
  /** Target config of a link by which a component publishes. */
  readonly publishConfig: StringMap;
  /** Source config of a link by which a component gets messages: `orders.*|workers,news.>`. */
  subscribeConfig(subscriptions: string): StringMap;
  /**
   * Source config of a link that brings each message of a subject until it is handled. After the second attempt it goes to another subject, which
   * {@link nextDeadLetter} reads.
   */
  keepConfig(subject: string): Promise<StringMap>;
  /** The body of the next message that was put aside, and why, as its header `Dead-Letter-Reason` says. */
  nextDeadLetter(): Promise<{ readonly body: string; readonly reason: string }>;
}

/** What an implementation may do otherwise than the contract says. */
export const messagingDifferences = {
  'any-subject': 'subjects with wildcards or spaces are published to',
  'one-link': 'a component has one link in each direction: another one of it counts for nothing',
  'unlinked-break': 'a call of a component without a link ends without a result',
  'no-trace': 'the trace of a sender ends at a provider that exports none',
  'nothing-kept': 'a message that could not be handled is gone',
} as const;

export type MessagingDifference = keyof typeof messagingDifferences;
