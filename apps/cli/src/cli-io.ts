/** What the program gets from the process it runs in; tests give their own. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Writes to standard output: results only, so that it can be piped. */
  out(text: string): void;
  /** Writes to standard error: progress, warnings, errors. */
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<Uint8Array>;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Runs the host in the foreground with these flags and returns its exit code. */
  runHost(flags: readonly string[]): Promise<number>;
}
