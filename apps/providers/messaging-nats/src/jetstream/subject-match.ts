/** Whether a subject without wildcards is one that a subscription to `filter` gets. */
export function matchesFilter(filter: string, subject: string): boolean {
  const pattern = filter.split('.');
  const tokens = subject.split('.');
  const tail = pattern.at(-1) === '>' ? pattern.length - 1 : undefined;
  if (tail === undefined ? tokens.length !== pattern.length : tokens.length <= tail) return false;
  return pattern.slice(0, tail).every((part, index) => part === '*' || part === tokens[index]);
}
