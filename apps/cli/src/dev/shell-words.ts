/** The words of a simple command, as a shell splits it: quotes are taken away, nothing is expanded. */
export function shellWords(command: string): string[] {
  const words = command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g);
  return [...words].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
