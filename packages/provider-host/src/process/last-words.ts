/** As much as fits an event, an inventory and a terminal; the log has all of it. */
const wordLines = 5;
const wordLength = 300;

/** The last of what a process wrote to standard error, short enough to be told to others. */
export function shortenLines(lines: readonly string[]): string[] {
  return lines.slice(-wordLines).map((line) => line.slice(0, wordLength));
}

/** To follow what a process did: `; its last words: …`. */
export function describeLastWords(lines: readonly string[]): string {
  return lines.length === 0
    ? '; it wrote nothing to standard error'
    : `; its last words: ${shortenLines(lines).join(' | ')}`;
}
