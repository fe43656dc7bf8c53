import { PreparedStatements } from '@wasmlattice/postgres-interface';
import type { Database } from './database.js';

/** The database of a link, with the statements that were prepared through it. */
export class LinkedDatabase {
  readonly database: Database;
  readonly statements: PreparedStatements;

  constructor(database: Database) {
    this.database = database;
    this.statements = new PreparedStatements((statement) => database.checkStatement(statement));
  }
}
