// A cycle of causes would never end; no honest chain is this long.
const maxCauses = 16;

/**
 * The `error` text of a failure event: the messages of an error and its causes, outermost first, joined by `: `
 * (docs/spec/events.md#4).
 */
export function causeChain(error: unknown): string {
  const messages: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && depth < maxCauses; depth += 1) {
    const message = current instanceof Error ? current.message || current.name : String(current);
    // Some messages end with that of their cause.
    if (messages.at(-1)?.endsWith(message) !== true) messages.push(message);
    current = current instanceof Error ? current.cause : undefined;
  }
  return messages.join(': ');
}
