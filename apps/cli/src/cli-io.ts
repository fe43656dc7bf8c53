/** What is known of the terminal that output goes to. */
export interface CliTerminal {
  /** Whether standard output is one. */
  readonly out: boolean;
  /** Whether standard error is one. */
  readonly err: boolean;
  /** Of standard output, at this moment; absent when it is none. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

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
  /** Where output goes to a terminal; absent: nowhere. */
  readonly terminal?: CliTerminal | undefined;
  /** Runs the host in the foreground with these flags and returns its exit code. */
  runHost(flags: readonly string[]): Promise<number>;
}
