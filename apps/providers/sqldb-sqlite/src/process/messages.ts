import type { DatabaseSettings } from '../settings.js';
import type { Column, Rows } from '../sql/database.js';
import type { SqliteFailure } from '../sql/sqlite-failure.js';
import type { SqliteValue } from '../values/sqlite-value.js';

/** What the process of a database is asked, one at a time. */
export type DatabaseRequest =
  | { readonly tag: 'open'; readonly settings: DatabaseSettings }
  | { readonly tag: 'run'; readonly text: string; readonly values: readonly SqliteValue[] }
  | { readonly tag: 'run-batch'; readonly text: string }
  | { readonly tag: 'describe'; readonly text: string };

/** What it answers, by the tag of the request. */
export interface DatabaseAnswers {
  readonly open: undefined;
  readonly run: Rows;
  readonly 'run-batch': undefined;
  readonly describe: readonly Column[];
}

export type DatabaseReply =
  | { readonly tag: 'done'; readonly answer: DatabaseAnswers[DatabaseRequest['tag']] }
  | { readonly tag: 'failed'; readonly failure: SqliteFailure };
