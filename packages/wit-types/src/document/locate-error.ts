/** A file of WIT, with its path as it is to be told. */
export interface WitFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Where an error of the reader of WIT is, as `greeter.wit:4`, or as the file alone; `undefined` when it is in no file alone. The reader
 * says what is wrong and not where: what it does not know is looked for, and wrong syntax is in the first line with which it says the same.
 *
 * @param errorOf what the reader says of a text; `undefined` when it takes it
 */
export async function locateError(
  message: string,
  files: readonly WitFile[],
  errorOf: (text: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const unknown = unknownIn(message);
  for (const { path, text } of files) {
    const lines = text.split('\n');
    if (unknown !== undefined) {
      const line = lines.findIndex((each) => unknown.test(each.replace(/\/\/.*/, '')));
      if (line >= 0) return `${path}:${line + 1}`;
    } else if ((await errorOf(text)) === message) {
      return isSyntax(message) ? `${path}:${await firstLineWith(message, lines, errorOf)}` : path;
    }
  }
  return undefined;
}

/** What of the text is said to be unknown. */
function unknownIn(message: string): RegExp | undefined {
  const [, one, from] = /interface '([^']+)' not found in package '([^'@]+)/.exec(message) ?? [];
  if (one !== undefined) return wordOf(`${from}/${one}`);
  const [, missing] = /package '([^'@]+)(?:@[^']*)?' not found/.exec(message) ?? [];
  if (missing !== undefined) return wordOf(missing);
  const [, name] = /`([^`]+)` does not exist/.exec(message) ?? [];
  return name === undefined ? undefined : wordOf(name);
}

function wordOf(text: string): RegExp {
  return new RegExp(`(?<![\\w-])${RegExp.escape(text)}(?![\\w-])`);
}

/** Other errors are those of a whole file, which no part of it has. */
function isSyntax(message: string): boolean {
  return /^(?:expected|unexpected|invalid|unterminated) /.test(message);
}

/** The number of the line, from 1: all texts that end before it are good as far as they go. */
async function firstLineWith(
  message: string,
  lines: readonly string[],
  errorOf: (text: string) => Promise<string | undefined>,
): Promise<number> {
  let [without, withIt] = [0, lines.length];
  while (withIt - without > 1) {
    const middle = Math.floor((without + withIt) / 2);
    if ((await errorOf(lines.slice(0, middle).join('\n'))) === message) withIt = middle;
    else without = middle;
  }
  return withIt;
}
