import { randomUUID } from 'node:crypto';

/** Most statements that are prepared through one link; a guest prepares the same ones in each of its invocations. */
const mostStatements = 1_000;

/** The statements that were prepared through a link, by their tokens. */
export class PreparedStatements {
  readonly #check: (statement: string) => Promise<unknown>;
  readonly #statements = new Map<string, string>();
  readonly #tokens = new Map<string, string>();

  /** @param check has the database read a statement, which is not run; rejects with what is wrong with it */
  constructor(check: (statement: string) => Promise<unknown>) {
    this.#check = check;
  }

  /**
   * Has the database read a statement that is not known yet.
   *
   * @returns the same token for the same text
   * @throws what the check rejects with
   */
  async prepare(statement: string): Promise<string> {
    const known = this.#tokens.get(statement);
    if (known !== undefined) return known;
    await this.#check(statement);
    if (this.#statements.size >= mostStatements) {
      throw new Error(
        `${mostStatements} statements are prepared already: put what differs between them into parameters`,
      );
    }
    const token = this.#tokens.get(statement) ?? `prepared-statement-${randomUUID()}`;
    this.#tokens.set(statement, token);
    this.#statements.set(token, statement);
    return token;
  }

  /**
   * The text of a prepared statement.
   *
   * @throws UnknownStatementError
   */
  statement(token: string): string {
    const statement = this.#statements.get(token);
    if (statement === undefined) throw new UnknownStatementError('no statement was prepared for the token');
    return statement;
  }
}

/** A token of no prepared statement of the link. */
export class UnknownStatementError extends Error {
  override readonly name = 'UnknownStatementError';
}
