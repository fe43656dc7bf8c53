import {
  InvalidValueError,
  type PreparedStatementExecError,
  type QueryError,
  UnknownStatementError,
} from '@wasmlattice/postgres-interface';
import { SqliteError } from './sql/sqlite-failure.js';

const tags = { statement: 'invalid-query', parameters: 'invalid-params', run: 'unexpected' } as const;

/** What goes wrong with a statement, as guests get it. */
export function queryErrorOf(error: unknown): QueryError {
  if (error instanceof InvalidValueError) return { tag: 'invalid-params', val: error.message };
  const val = error instanceof Error ? error.message : String(error);
  return { tag: error instanceof SqliteError ? tags[error.kind] : 'unexpected', val };
}

/** What goes wrong with a prepared statement, as guests get it. */
export function executionErrorOf(error: unknown): PreparedStatementExecError {
  if (error instanceof UnknownStatementError) return { tag: 'unknown-prepared-query' };
  return { tag: 'query-error', val: queryErrorOf(error) };
}
