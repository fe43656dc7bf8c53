import {
  decomposeFloat,
  floatText,
  match,
  NoFormError,
  type PgValue,
  readChars,
  readDate,
  readTime,
  readTimestamp,
  readTimestampTz,
} from '@wasmlattice/postgres-interface';
import type { SqliteValue } from './sqlite-value.js';

/** Words of declared types, without their lengths, and the case that PostgreSQL's type of the name has. */
const integers = new Map<string, 'int2' | 'int4'>([
  ['smallint', 'int2'],
  ['int2', 'int2'],
  ['smallserial', 'int2'],
  ['int', 'int4'],
  ['integer', 'int4'],
  ['int4', 'int4'],
  ['serial', 'int4'],
]);
const decimals: ReadonlySet<string> = new Set(['numeric', 'decimal']);
const booleans: ReadonlySet<string> = new Set(['bool', 'boolean']);

const asIs =
  (tag: 'text' | 'json' | 'uuid' | 'xml' | 'name' | 'cidr' | 'inet') =>
  (val: string): PgValue => ({ tag, val });

const chars = (text: string): PgValue => {
  const bytes = readChars(text);
  return { tag: 'char', val: [bytes.length, bytes] };
};
const varchar = (text: string): PgValue => ({ tag: 'varchar', val: [undefined, readChars(text)] });
const timestamp = (text: string): PgValue => ({ tag: 'timestamp', val: readTimestamp(withSpace(text)) });
const timestampTz = (text: string): PgValue => ({
  tag: 'timestamp-tz',
  val: readTimestampTz(withSpace(text).replace(/(?:Z|\+00:00)$/, '+00')),
});
const numeric = (text: string): PgValue => ({
  tag: 'numeric',
  val: match(/^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i, text)[0],
});

const texts = new Map<string, (text: string) => PgValue>([
  ['varchar', varchar],
  ['character varying', varchar],
  ['nvarchar', varchar],
  ['char', chars],
  ['character', chars],
  ['nchar', chars],
  ['bpchar', chars],
  ['json', asIs('json')],
  ['jsonb', asIs('json')],
  ['uuid', asIs('uuid')],
  ['xml', asIs('xml')],
  ['name', asIs('name')],
  ['cidr', asIs('cidr')],
  ['inet', asIs('inet')],
  ['numeric', numeric],
  ['decimal', numeric],
  ['date', (text) => ({ tag: 'date', val: readDate(text) })],
  ['time', (text) => ({ tag: 'time', val: readTime(text) })],
  ['timestamp', timestamp],
  ['datetime', timestamp],
  ['timestamp without time zone', timestamp],
  ['timestamptz', timestampTz],
  ['timestamp with time zone', timestampTz],
]);

/**
 * A value of a row. SQLite stores what it is given: the declared type chooses the case where the value has that form, and else it is
 * `int8`, `float8`, `text` or `bytea`.
 *
 * @param declared type of the column; `undefined` for an expression
 */
export function readValue(value: SqliteValue, declared: string | undefined): PgValue {
  if (value === null) return { tag: 'null' };
  const type = declared === undefined ? '' : wordsOf(declared);
  switch (typeof value) {
    case 'bigint':
      return readInteger(value, type);
    case 'number':
      if (type.startsWith('json')) return { tag: 'json', val: floatText(value) };
      if (decimals.has(type) && Number.isFinite(value)) return { tag: 'numeric', val: floatText(value) };
      return { tag: 'float8', val: decomposeFloat(value, 8) };
    case 'string':
      return readText(value, type);
    default:
      return { tag: 'bytea', val: value };
  }
}

function readInteger(value: bigint, type: string): PgValue {
  if (booleans.has(type) && (value === 0n || value === 1n)) return { tag: 'bool', val: value === 1n };
  if (decimals.has(type)) return { tag: 'numeric', val: String(value) };
  if (type.startsWith('json')) return { tag: 'json', val: String(value) };
  const tag = integers.get(type);
  const bits = tag === 'int2' ? 16 : 32;
  if (tag === undefined || BigInt.asIntN(bits, value) !== value) return { tag: 'int8', val: value };
  return { tag, val: Number(value) };
}

function readText(text: string, type: string): PgValue {
  const read = texts.get(type);
  if (read === undefined) return { tag: 'text', val: text };
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof NoFormError)) throw error;
    return { tag: 'text', val: text };
  }
}

/** `VARCHAR (20)` is `varchar`. */
function wordsOf(declared: string): string {
  return declared
    .replace(/\([^)]*\)/g, ' ')
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase();
}

/** SQLite's own functions write dates with a space or a `T`. */
function withSpace(text: string): string {
  return text.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ');
}
