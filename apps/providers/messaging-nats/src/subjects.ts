/**
 * What NATS takes as a subject. The client sends subjects as they are, so that anything else, from a guest that
 * nobody knows, could be read as a command of its protocol.
 */
function tokensOf(subject: string): readonly string[] | undefined {
  const tokens = subject.split('.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get through.
  return tokens.every((token) => token !== '' && !/[\s\u0000-\u001f\u007f]/u.test(token))
    ? tokens
    : undefined;
}

/** A subject to publish to: no wildcards. */
export function isSubject(subject: string): boolean {
  return tokensOf(subject)?.every((token) => token !== '*' && token !== '>') ?? false;
}

/** A subject to subscribe to: `*` for a token, `>` for all that follow. */
export function isFilter(subject: string): boolean {
  const tokens = tokensOf(subject);
  return tokens !== undefined && !tokens.slice(0, -1).includes('>');
}

export function isQueueName(queue: string): boolean {
  return tokensOf(queue) !== undefined;
}
