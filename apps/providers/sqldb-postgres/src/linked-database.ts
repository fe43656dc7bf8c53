import { randomUUID } from 'node:crypto';
import type { Database } from './database.js';

/** Most statements that are prepared through one link; a guest prepares the same ones in each of its invocations. */
const mostStatements = 1_000;

/** The database of a link, with the statements that were prepared through it. */
export class LinkedDatabase {
  readonly database: Database;
  readonly #statements = new Map<string, string>();
  readonly #tokens = new Map<string, string>();

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Has the server read a statement that it does not know yet.
   *
   * @returns the same token for the same text
   * @throws what `pg` throws
   */
  async prepare(statement: string): Promise<string> {
    const known = this.#tokens.get(statement);
    if (known !== undefined) return known;
    await this.database.checkStatement(statement);
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

  /** @throws UnknownStatementError */
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
