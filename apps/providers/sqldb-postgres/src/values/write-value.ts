import {
  composeFloat,
  type DecomposedFloat,
  floatText,
  type Interval,
  type PgValue,
  writeChars,
  writeDate,
  writeSizedChars,
  writeTime,
  writeTimestamp,
  writeTimestampTz,
  writeTimeTz,
} from '@wasmlattice/postgres-interface';
import { writeArray } from './arrays.js';
import { writeBits, writeBytea, writeMacaddr, writeVaryingBits } from './bytes.js';
import { writeBox, writeCircle, writeLine, writePoint, writePoints, writeSegment } from './geometry.js';
import { writeHstore, writeLsn, writeSnapshot, writeTsVector } from './text-forms.js';

const float4 = (value: DecomposedFloat): string => floatText(composeFloat(value, 4));
const float8 = (value: DecomposedFloat): string => floatText(composeFloat(value, 8));
const bits = ([length, bytes]: readonly [number, Uint8Array]): string => writeBits(length, bytes);
const varyingBits = ([limit, bytes]: readonly [number | undefined, Uint8Array]): string =>
  writeVaryingBits(limit, bytes);
const varchar = ([limit, bytes]: readonly [number | undefined, Uint8Array]): string =>
  writeChars(bytes, limit);

/** The interface means a range of dates by it, with ends that may belong to it. */
function dateRange({ start, startInclusive, end, endInclusive }: Interval): string {
  const [open, close] = [startInclusive ? '[' : '(', endInclusive ? ']' : ')'];
  return `${open}${writeDate(start)},${writeDate(end)}${close}`;
}

function list<T>(items: readonly T[], write: (item: T) => string): string {
  return writeArray(items.map(write));
}

/**
 * A parameter as text for the server, which gives it the type that the statement has in its place; `null` is null.
 *
 * @throws InvalidValueError
 */
export function writeValue(value: PgValue): string | null {
  switch (value.tag) {
    case 'null':
      return null;
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
    case 'bool':
    case 'boolean':
    case 'txid-snapshot':
      return String(value.val);
    case 'int8-array':
    case 'int4-array':
    case 'int2-array':
    case 'bool-array':
      return list<bigint | number | boolean>(value.val, String);
    case 'double':
    case 'float8':
      return float8(value.val);
    case 'float8-array':
      return list(value.val, float8);
    case 'real':
    case 'float4':
      return float4(value.val);
    case 'float4-array':
      return list(value.val, float4);
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
    case 'ts-query':
    case 'uuid':
      return value.val;
    case 'numeric-array':
    case 'money-array':
    case 'cidr-array':
    case 'inet-array':
    case 'json-array':
    case 'jsonb-array':
    case 'name-array':
    case 'text-array':
    case 'xml-array':
    case 'uuid-array':
      return writeArray(value.val);
    case 'int2-vector':
      return value.val.join(' ');
    case 'int2-vector-array':
      return list(value.val, (vector) => vector.join(' '));
    case 'bit':
      return bits(value.val);
    case 'bit-array':
      return list(value.val, bits);
    case 'bit-varying':
    case 'varbit':
      return varyingBits(value.val);
    case 'varbit-array':
      return list(value.val, varyingBits);
    case 'bytea':
      return writeBytea(value.val);
    case 'bytea-array':
      return list(value.val, writeBytea);
    case 'char':
      return writeSizedChars(value.val);
    case 'char-array':
      return list(value.val, writeSizedChars);
    case 'varchar':
      return varchar(value.val);
    case 'varchar-array':
      return list(value.val, varchar);
    case 'macaddr':
    case 'macaddr8':
      return writeMacaddr(value.val);
    case 'macaddr-array':
      return list(value.val, writeMacaddr);
    case 'macaddr8-array':
      return list(value.val, writeMacaddr);
    case 'box':
      return writeBox(value.val);
    case 'box-array':
      return writeArray(value.val.map(writeBox), ';');
    case 'circle':
      return writeCircle(value.val);
    case 'circle-array':
      return list(value.val, writeCircle);
    case 'line':
      return writeLine(value.val);
    case 'line-array':
      return list(value.val, writeLine);
    case 'lseg':
      return writeSegment(value.val);
    case 'lseg-array':
      return list(value.val, writeSegment);
    case 'path':
    case 'polygon':
      return writePoints(value.val);
    case 'path-array':
    case 'polygon-array':
      return list(value.val, writePoints);
    case 'point':
      return writePoint(value.val);
    case 'point-array':
      return list(value.val, writePoint);
    case 'date':
      return writeDate(value.val);
    case 'date-array':
      return list(value.val, writeDate);
    case 'interval':
      return dateRange(value.val);
    case 'interval-array':
      return list(value.val, dateRange);
    case 'time':
      return writeTime(value.val);
    case 'time-array':
      return list(value.val, writeTime);
    case 'time-tz':
      return writeTimeTz(value.val);
    case 'time-tz-array':
      return list(value.val, writeTimeTz);
    case 'timestamp':
      return writeTimestamp(value.val);
    case 'timestamp-array':
      return list(value.val, writeTimestamp);
    case 'timestamp-tz':
      return writeTimestampTz(value.val);
    case 'timestamp-tz-array':
      return list(value.val, writeTimestampTz);
    case 'pg-lsn':
      return writeLsn(value.val);
    case 'pg-lsn-array':
      return list(value.val, writeLsn);
    case 'pg-snapshot':
      return writeSnapshot(value.val);
    case 'ts-vector':
      return writeTsVector(value.val);
    case 'hstore':
      return writeHstore(value.val);
  }
}
