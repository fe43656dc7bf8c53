const maxCauses = 16;

/**
 * One line for an error and what caused it, outermost first:
 * `ScaleError: could not start hello; caused by: Error: ENOENT: no such file`. Never throws, whatever was thrown.
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let current: unknown = error;
  while (current !== undefined && parts.length < maxCauses) {
    if (seen.has(current)) {
      parts.push('[circular]');
      break;
    }
    seen.add(current);
    parts.push(describeOne(current, seen));
    current = causeOf(current);
  }
  return parts.join('; caused by: ');
}

function describeOne(error: unknown, seen: Set<unknown>): string {
  try {
    if (!(error instanceof Error)) return String(error);
    const head = error.message === '' ? error.name : `${error.name}: ${error.message}`;
    if (!(error instanceof AggregateError)) return head;
    const inner = error.errors
      .slice(0, maxCauses)
      .map((one) => (seen.has(one) ? '[circular]' : describeOne(one, new Set([...seen, one]))));
    return `${head} [${inner.join(' | ')}]`;
  } catch {
    return '[unprintable error]';
  }
}

function causeOf(error: unknown): unknown {
  try {
    return error instanceof Error ? error.cause : undefined;
  } catch {
    return undefined;
  }
}
