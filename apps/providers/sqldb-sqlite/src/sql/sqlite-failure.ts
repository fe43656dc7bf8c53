/** What SQLite says of a statement, in a form that goes from a process to another. */
export interface SqliteFailure {
  readonly kind: 'statement' | 'parameters' | 'run';
  readonly message: string;
}

/** A statement that failed in the process of its database. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';
  readonly kind: SqliteFailure['kind'];

  constructor({ kind, message }: SqliteFailure) {
    super(message);
    this.kind = kind;
  }
}

/** A statement that can't be; the message says why. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
}

/** Values that don't fit the statement. */
export class ParametersError extends Error {
  override readonly name = 'ParametersError';
}

/** Result codes of SQLite that are about the values: datatype mismatch, string or blob too big, a parameter that is none. */
const aboutValues: ReadonlySet<number> = new Set([18, 20, 25]);
/** A generic error, and what guests may not do. */
const aboutText: ReadonlySet<number> = new Set([1, 23]);

/** What `node:sqlite` threw, or one of the errors above. */
export function failureOf(error: unknown): SqliteFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StatementError) return { kind: 'statement', message };
  if (error instanceof ParametersError) return { kind: 'parameters', message };
  const code = codeOf(error);
  if (code === undefined) return { kind: 'run', message };
  const told = `${message} (SQLite code ${code})`;
  return { kind: aboutValues.has(code & 0xff) ? 'parameters' : 'run', message: told };
}

/** What `node:sqlite` threw when it compiled a statement: most of it says what is wrong with the text. */
export function compilationError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error ? new StatementError(error.message) : error;
  if (!aboutText.has(code & 0xff)) return error;
  return new StatementError(`${(error as Error).message} (SQLite code ${code})`);
}

function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code : undefined;
}
