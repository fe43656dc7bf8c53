/** What a policy says to one question. */
export interface PolicyReply {
  readonly requestId: string;
  readonly permitted: boolean;
  readonly message: string | undefined;
}

/** A reply that is none; the message says what it lacks. */
export class PolicyReplyError extends Error {
  override readonly name = 'PolicyReplyError';
}

/** Longer ones are cut: what a service says goes into events and answers. */
const longestMessage = 1_024;

/** Longer ones are refused, unread. */
const longestReply = 64 * 1024;

/**
 * Reads the answer of a policy service, or what it announces as changed (docs/spec/security.md#8.2).
 *
 * @throws PolicyReplyError
 */
export function decodePolicyReply(bytes: Uint8Array): PolicyReply {
  if (bytes.length > longestReply) {
    throw new PolicyReplyError(`the answer has ${bytes.length} bytes, more than ${longestReply}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new PolicyReplyError('the answer is no JSON', { cause });
  }
  if (typeof value !== 'object' || value === null) throw new PolicyReplyError('the answer is no object');
  const { requestId, permitted, message } = value as Readonly<Record<string, unknown>>;
  if (typeof requestId !== 'string') throw new PolicyReplyError('the answer has no requestId');
  if (typeof permitted !== 'boolean') throw new PolicyReplyError('permitted is neither true nor false');
  if (message !== undefined && message !== null && typeof message !== 'string') {
    throw new PolicyReplyError('message is no text');
  }
  return { requestId, permitted, message: message?.slice(0, longestMessage) };
}
