import type { CliIo } from '../cli-io.js';

export interface TestIo extends CliIo {
  /** All that was written to standard output. */
  readonly output: string;
  /** All that was written to standard error. */
  readonly errors: string;
  /** The flags of each host that was run. */
  readonly hostRuns: (readonly string[])[];
  interrupt(): void;
}

/** @param input what comes from standard input */
export function createTestIo(env: Record<string, string> = {}, cwd = '/', input = ''): TestIo {
  const interrupt = new AbortController();
  const hostRuns: (readonly string[])[] = [];
  let output = '';
  let errors = '';
  return {
    env,
    cwd,
    readInput: async () => new TextEncoder().encode(input),
    signal: interrupt.signal,
    hostRuns,
    interrupt: () => interrupt.abort(),
    out(text) {
      output += text;
    },
    err(text) {
      errors += text;
    },
    async runHost(flags) {
      hostRuns.push(flags);
      return 7;
    },
    get output() {
      return output;
    },
    get errors() {
      return errors;
    },
  };
}
