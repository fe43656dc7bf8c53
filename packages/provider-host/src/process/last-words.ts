/** As much as fits an event, an inventory and a terminal; the log has all of it. */
const wordLines = 5;
const wordLength = 300;

/** A line of a stack, of Node.js, Java or Rust, and what Node.js writes below one. */
const stackLine = /^\s+at |^\s+\.\.\. \d+ lines matching cause stack trace|^Node\.js v\d|^\s*$/;

/**
 * The last of what a process wrote to standard error, short enough to be told to others. Where it was is left out, so that what it
 * died of is not: a stack is longer than all that is told.
 */
export function shortenLines(lines: readonly string[]): string[] {
  const words = lines.filter((line) => !stackLine.test(line));
  return (words.length === 0 ? lines : words).slice(-wordLines).map((line) => line.slice(0, wordLength));
}

/** To follow what a process did: `; its last words: …`. */
export function describeLastWords(lines: readonly string[]): string {
  return lines.length === 0
    ? '; it wrote nothing to standard error'
    : `; its last words: ${shortenLines(lines).join(' | ')}`;
}
