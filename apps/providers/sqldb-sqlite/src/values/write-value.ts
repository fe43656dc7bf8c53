import {
  composeFloat,
  type DecomposedFloat,
  InvalidValueError,
  type PgValue,
  type TimestampTz,
  type Date as WitDate,
  writeChars,
  writeDate,
  writeSizedChars,
  writeTime,
  writeTimestamp,
} from '@wasmlattice/postgres-interface';
import type { SqliteValue } from './sqlite-value.js';

/**
 * A parameter as SQLite stores it.
 *
 * @throws InvalidValueError for a value that SQLite has no type for, or would make another of
 */
export function writeValue(value: PgValue): SqliteValue {
  switch (value.tag) {
    case 'null':
      return null;
    case 'bool':
    case 'boolean':
      return value.val ? 1n : 0n;
    case 'big-int':
    case 'int8':
    case 'big-serial':
    case 'serial8':
    case 'integer':
    case 'int':
    case 'int4':
    case 'serial':
    case 'serial4':
    case 'small-int':
    case 'int2':
    case 'small-serial':
    case 'serial2':
    case 'txid-snapshot':
      return BigInt(value.val);
    case 'double':
    case 'float8':
      return float(value.val, 8);
    case 'real':
    case 'float4':
      return float(value.val, 4);
    case 'numeric':
    case 'decimal':
    case 'money':
    case 'cidr':
    case 'inet':
    case 'json':
    case 'jsonb':
    case 'name':
    case 'text':
    case 'xml':
    case 'uuid':
      return value.val;
    case 'char':
      return writeSizedChars(value.val);
    case 'varchar': {
      const [limit, bytes] = value.val;
      return writeChars(bytes, limit);
    }
    case 'bytea':
      return value.val;
    case 'date':
      return known(value.val, writeDate(value.val));
    case 'time':
      return writeTime(value.val);
    case 'timestamp':
      return known(value.val.date, writeTimestamp(value.val));
    case 'timestamp-tz':
      return inUtc(value.val);
    default:
      throw new InvalidValueError(`SQLite has no type for a parameter of the case ${value.tag}`);
  }
}

function float(value: DecomposedFloat, precision: 4 | 8): number {
  const number = composeFloat(value, precision);
  if (Number.isNaN(number)) throw new InvalidValueError('SQLite would store NaN as null');
  return number;
}

/** SQLite's functions count with years of four digits. */
function known(date: WitDate, text: string): string {
  if (date.tag === 'ymd' && date.val[0] >= 1 && date.val[0] <= 9999) return text;
  throw new InvalidValueError(`SQLite has no date ${text}: its years are 1 to 9999`);
}

/** `2024-02-29 12:34:56.789000+00:00`, so that texts are in the order of the times. */
function inUtc({ timestamp, offset }: TimestampTz): string {
  const { date, time } = timestamp;
  if (date.tag !== 'ymd') return known(date, writeDate(date));
  const [year, month, day] = date.val;
  const east = offset.tag === 'eastern-hemisphere-secs' ? offset.val : -offset.val;
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  utc.setUTCHours(time.hour, time.min, time.sec - east);
  const ymd: WitDate = { tag: 'ymd', val: [utc.getUTCFullYear(), utc.getUTCMonth() + 1, utc.getUTCDate()] };
  const moved = {
    date: ymd,
    time: { hour: utc.getUTCHours(), min: utc.getUTCMinutes(), sec: utc.getUTCSeconds(), micro: time.micro },
  };
  return `${known(ymd, writeTimestamp(moved))}+00:00`;
}
