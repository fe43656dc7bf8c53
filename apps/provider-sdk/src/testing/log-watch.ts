/** Lines of a log as they come, and waits for those that match. */
export class LogWatch {
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  /** Takes one line; a sink for `createLogger`. */
  readonly write = (line: string): void => {
    this.#lines.push(line);
    for (const check of this.#waiting) check();
  };

  /** Resolves once a line matches; forgets it and all lines before it. */
  logged(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        const index = this.#lines.findIndex((line) => pattern.test(line));
        if (index < 0) return;
        this.#lines.splice(0, index + 1);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}
