import { constants, DatabaseSync, type StatementSync } from 'node:sqlite';
import type { DatabaseSettings } from '../settings.js';
import { inMemory } from '../settings.js';
import type { SqliteValue } from '../values/sqlite-value.js';
import { bindParameters } from './bind-parameters.js';
import { compilationError, StatementError } from './sqlite-failure.js';

export interface Column {
  readonly name: string;
  /** As it was declared; `undefined` for an expression. */
  readonly type: string | undefined;
}

export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly SqliteValue[])[];
  /** Rows that were given, or changed. */
  readonly count: number;
}

/** Statements that are kept compiled. */
const mostCompiled = 100;

/** Settings that guests may read or set; others are about files, or what the next caller sees. */
const allowedPragmas: ReadonlySet<string> = new Set([
  'application_id',
  'data_version',
  'foreign_key_check',
  'foreign_key_list',
  'freelist_count',
  'function_list',
  'index_info',
  'index_list',
  'index_xinfo',
  'integrity_check',
  'optimize',
  'page_count',
  'page_size',
  'quick_check',
  'table_info',
  'table_list',
  'table_xinfo',
  'user_version',
]);

/** One connection to a database, for the process that has nothing else to do: each call returns when its statement is done. */
export class Database {
  readonly #db: DatabaseSync;
  /** By text, the least recently used first. */
  readonly #compiled = new Map<string, StatementSync>();

  /** @throws what `node:sqlite` throws */
  constructor({ file, isReadOnly, busyTimeoutMs }: DatabaseSettings) {
    this.#db = new DatabaseSync(file, { readOnly: isReadOnly, timeout: busyTimeoutMs });
    if (file !== inMemory && !isReadOnly)
      this.#db.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = normal');
    // Shows a file that is no database now, and not to the first caller.
    this.#db.exec('SELECT count(*) FROM sqlite_schema');
    this.#db.enableDefensive(true);
    this.#db.setAuthorizer((action, name) => {
      // VACUUM attaches a file without a name; with one, a guest would be out of the folder.
      if (action === constants.SQLITE_ATTACH)
        return name === '' ? constants.SQLITE_OK : constants.SQLITE_DENY;
      if (action !== constants.SQLITE_PRAGMA) return constants.SQLITE_OK;
      return allowedPragmas.has(name?.toLowerCase() ?? '') ? constants.SQLITE_OK : constants.SQLITE_DENY;
    });
  }

  /** Runs one statement. What it leaves open, a transaction, is undone: the next one is somebody else's. */
  run(text: string, values: readonly SqliteValue[]): Rows {
    const statement = this.#compile(text);
    const { named, positional } = bindParameters(text, values);
    try {
      if (statement.columns().length === 0) {
        const { changes } = statement.run(named, ...positional);
        return { columns: [], rows: [], count: Number(changes) };
      }
      const rows = statement.all(named, ...positional) as unknown as SqliteValue[][];
      // Now, as a statement is compiled anew when it runs for the first time after a change of the schema.
      return { columns: columnsOf(statement), rows, count: rows.length };
    } catch (error) {
      // One that failed throws the same error again when it is iterated (Node.js 26.10).
      this.#compiled.delete(text);
      throw error;
    } finally {
      this.#rollBack();
    }
  }

  /** Runs any number of statements, in one transaction unless they begin with one of their own. */
  runBatch(text: string): void {
    const isOwn = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:begin|vacuum|savepoint)\b/i.test(text);
    try {
      if (!isOwn) this.#db.exec('BEGIN');
      this.#db.exec(text);
      if (!isOwn && this.#db.isTransaction) this.#db.exec('COMMIT');
    } finally {
      this.#rollBack();
    }
  }

  /** The columns of a statement, which is not run. */
  describe(text: string): readonly Column[] {
    return columnsOf(this.#compile(text));
  }

  close(): void {
    this.#db.close();
  }

  #compile(text: string): StatementSync {
    const known = this.#compiled.get(text);
    this.#compiled.delete(text);
    const statement = known ?? this.#compileNew(text);
    this.#compiled.set(text, statement);
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > mostCompiled && oldest !== undefined) this.#compiled.delete(oldest);
    return statement;
  }

  #compileNew(text: string): StatementSync {
    const statement = this.#prepare(text);
    // It has the first statement alone, and would leave out the rest without a word.
    const rest = text.slice(statement.sourceSQL.length);
    if (rest !== '' && this.#hasStatement(rest)) {
      throw new StatementError('there is more than one statement: give them to query-batch');
    }
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement;
  }

  #prepare(text: string): StatementSync {
    try {
      return this.#db.prepare(text);
    } catch (error) {
      throw compilationError(error);
    }
  }

  #hasStatement(text: string): boolean {
    try {
      this.#db.prepare(text);
      return true;
    } catch (error) {
      return !(error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE');
    }
  }

  #rollBack(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }
}

function columnsOf(statement: StatementSync): Column[] {
  return statement.columns().map(({ name, type }) => ({ name, type: type ?? undefined }));
}
