/** Most characters that are kept of what an invocation wrote. */
const maxLength = 8 * 1024;

/** The last lines that an invocation wrote to a stream: what it said before it ended. */
export class OutputTail {
  readonly #rest: () => string;
  #lines: string[] = [];
  #length = 0;

  /** @param rest gives the line that has no end yet */
  constructor(rest: () => string) {
    this.#rest = rest;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#length += line.length + 1;
    // Rarely, since each time moves all lines that stay.
    if (this.#length > 2 * maxLength) this.#forget();
  }

  /** The last 8 Ki characters. */
  get text(): string {
    const text = [...this.#lines, this.#rest()].join('\n').trimEnd();
    return text.length <= maxLength ? text : `…${text.slice(-maxLength).toWellFormed()}`;
  }

  #forget(): void {
    let first = this.#lines.length;
    this.#length = 0;
    while (first > 0 && this.#length < maxLength) {
      first--;
      this.#length += (this.#lines[first] as string).length + 1;
    }
    this.#lines = this.#lines.slice(first);
  }
}
