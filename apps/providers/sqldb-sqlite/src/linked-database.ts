import { PreparedStatements } from '@wasmlattice/postgres-interface';
import type { DatabaseProcess } from './process/database-process.js';

/** The database of a link, with the statements that were prepared through it. */
export class LinkedDatabase {
  readonly database: DatabaseProcess;
  readonly statements: PreparedStatements;

  constructor(database: DatabaseProcess) {
    this.database = database;
    this.statements = new PreparedStatements((text) => database.request({ tag: 'describe', text }));
  }
}
