/** The words of a WIT text, comments left out, with the way to read them one by one. */
export interface Tokens {
  readonly atEnd: boolean;
  /** The word `ahead` of the next one; `''` beyond the end. */
  peek(ahead?: number): string;
  next(): string;
  /** The next word without the `%` that tells names from keywords. */
  name(): string;
  accept(token: string): boolean;
  /** @throws SyntaxError */
  expect(token: string): void;
  /** Items with commas between, up to `end`, which is taken as well. */
  list<T>(end: string, item: () => T): T[];
  unexpected(found: string, expected: string): SyntaxError;
}

/** A version, an arrow, a name with its package, or a single character. */
const token = /@[0-9][\w.+-]*(?<!\.)|->|%?[a-zA-Z][\w-]*(?::[a-z][\w-]*)*(?:\/[a-z][\w-]*)?|\d+|_|[^\s\w]/g;

export function readTokens(text: string): Tokens {
  const words =
    text
      .replace(/\/\/.*$/gm, '')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .match(token) ?? [];
  let position = 0;
  const tokens: Tokens = {
    get atEnd() {
      return position >= words.length;
    },
    peek: (ahead = 0) => words[position + ahead] ?? '',
    next: () => words[position++] ?? '',
    name: () => tokens.next().replace(/^%/, ''),
    accept(expected) {
      if (tokens.peek() !== expected) return false;
      position++;
      return true;
    },
    expect(expected) {
      const found = tokens.next();
      if (found !== expected) throw tokens.unexpected(found, `"${expected}"`);
    },
    list(end, item) {
      const items: ReturnType<typeof item>[] = [];
      while (!tokens.accept(end)) {
        items.push(item());
        if (tokens.accept(',')) continue;
        tokens.expect(end);
        break;
      }
      return items;
    },
    unexpected(found, expected) {
      const around = words.slice(Math.max(0, position - 8), position + 4).join(' ');
      return new SyntaxError(`WIT: expected ${expected}, found "${found}" in: ${around}`);
    },
  };
  return tokens;
}
