import { describeError } from '@wasmlattice/telemetry';
import { headerText } from './header-text.js';
import type { Failure } from './outcome.js';

/** Why a message is no longer delivered. `attempts-lost`: earlier attempts ended without any answer, as when their host died. */
export type DeadLetterCause = Failure | { readonly kind: 'attempts-lost' };

const reasons = {
  refused: 'handler-error',
  failed: 'call-failed',
  'attempts-lost': 'attempts-lost',
} as const satisfies Record<DeadLetterCause['kind'], string>;

/** The headers by which a dead letter says what it is, of any transport; each is one line of text. */
export function deadLetterHeaders(
  cause: DeadLetterCause,
  about: { readonly component: string; readonly attempts: number },
): Readonly<Record<string, string>> {
  return {
    'Dead-Letter-Reason': reasons[cause.kind],
    'Dead-Letter-Error': headerText(describeCause(cause)),
    'Dead-Letter-Component': headerText(about.component),
    'Dead-Letter-Attempts': String(about.attempts),
  };
}

/** What happened, for logs and headers. */
export function describeCause(cause: DeadLetterCause): string {
  switch (cause.kind) {
    case 'refused':
      return cause.reason;
    case 'failed':
      return describeError(cause.error);
    case 'attempts-lost':
      return 'earlier attempts ended without an answer: their hosts died, or the provider stopped meanwhile';
  }
}
