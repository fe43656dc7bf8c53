import {
  InvalidValueError,
  type PreparedStatementExecError,
  type QueryError,
  UnknownStatementError,
} from '@wasmlattice/postgres-interface';
import { DatabaseError } from 'pg';
import { NotThisCopyError } from './wire/copy-query.js';

/** By the classes of SQLSTATE: data exceptions and parameters that don't fit, statements that can't be. */
const invalidParams = /^(?:22|08P01|42P18|42804)/;
const invalidQuery = /^(?:26|42)/;

/** What goes wrong with a statement, as guests get it. */
export function queryErrorOf(error: unknown): QueryError {
  if (error instanceof InvalidValueError) return { tag: 'invalid-params', val: error.message };
  const val = describeDatabaseError(error);
  if (error instanceof NotThisCopyError) return { tag: 'invalid-query', val };
  if (!(error instanceof DatabaseError) || error.code === undefined) return { tag: 'unexpected', val };
  if (invalidParams.test(error.code)) return { tag: 'invalid-params', val };
  return { tag: invalidQuery.test(error.code) ? 'invalid-query' : 'unexpected', val };
}

/** What goes wrong with a prepared statement, as guests get it. */
export function executionErrorOf(error: unknown): PreparedStatementExecError {
  if (error instanceof UnknownStatementError) return { tag: 'unknown-prepared-query' };
  return { tag: 'query-error', val: queryErrorOf(error) };
}

/** The server's words with its code; details, which quote rows, are left out. */
export function describeDatabaseError(error: unknown): string {
  if (!(error instanceof DatabaseError)) return error instanceof Error ? error.message : String(error);
  const { code, hint, position } = error;
  const place = position === undefined ? '' : ` at character ${position}`;
  return `${error.message}${place} (SQLSTATE ${code})${hint === undefined ? '' : `; ${hint}`}`;
}
