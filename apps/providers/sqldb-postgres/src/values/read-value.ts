import {
  type DecomposedFloat,
  decomposeFloat,
  NoFormError,
  type PgValue,
  readChars,
  readDate,
  readTime,
  readTimestamp,
  readTimestampTz,
  readTimeTz,
} from '@wasmlattice/postgres-interface';
import { readArray } from './arrays.js';
import { readBits, readBytea, readMacaddr, readMacaddr8 } from './bytes.js';
import { readBox, readCircle, readPoint, readPoints, readSegment } from './geometry.js';
import { readHstore, readLsn, readMoney, readSnapshot, readTsVector, readVector } from './text-forms.js';

type Read = (text: string) => PgValue;

const bool = (text: string): boolean => text === 't';
const asIs = (text: string): string => text;
const float4 = (text: string): DecomposedFloat => decomposeFloat(Number(text), 4);
const float8 = (text: string): DecomposedFloat => decomposeFloat(Number(text), 8);
const sizedChars = (text: string): [number, Uint8Array] => {
  const bytes = readChars(text);
  return [bytes.length, bytes];
};
const varchars = (text: string): [undefined, Uint8Array] => [undefined, readChars(text)];
const varyingBits = (text: string): [undefined, Uint8Array] => [undefined, readBits(text)[1]];

type Tag = PgValue['tag'];
type Payload<T extends Tag> = Extract<PgValue, { readonly tag: T }>['val'];

function value<T extends Tag>(tag: T, read: (text: string) => Payload<T>): Read {
  return (text) => ({ tag, val: read(text) }) as PgValue;
}

function array<T extends Tag>(
  tag: T,
  read: (text: string) => Payload<T> extends readonly (infer Item)[] ? Item : never,
): Read {
  return (text) => ({ tag, val: readArray(text, read) }) as PgValue;
}

/**
 * By the OIDs of PostgreSQL's own types, which never change. The cases are those that upstream's provider gives, `jsonb` as `json` and
 * `varbit` as `bit` included.
 */
const readers: ReadonlyMap<number, Read> = new Map<number, Read>([
  [16, value('bool', bool)],
  [1000, array('bool-array', bool)],
  [17, value('bytea', readBytea)],
  [1001, array('bytea-array', readBytea)],
  [18, value('char', sizedChars)],
  [1002, array('char-array', sizedChars)],
  [19, value('name', asIs)],
  [1003, array('name-array', asIs)],
  [20, value('int8', BigInt)],
  [1016, array('int8-array', BigInt)],
  [21, value('int2', Number)],
  [1005, array('int2-array', Number)],
  [22, value('int2-vector', readVector)],
  [1006, array('int2-vector-array', readVector)],
  [23, value('int4', Number)],
  [1007, array('int4-array', Number)],
  [25, value('text', asIs)],
  [1009, array('text-array', asIs)],
  [114, value('json', asIs)],
  [199, array('json-array', asIs)],
  [142, value('xml', asIs)],
  [143, array('xml-array', asIs)],
  [600, value('point', readPoint)],
  [1017, array('point-array', readPoint)],
  [601, value('lseg', readSegment)],
  [1018, array('lseg-array', readSegment)],
  [602, value('path', readPoints)],
  [1019, array('path-array', readPoints)],
  [603, value('box', readBox)],
  [1020, array('box-array', readBox)],
  [604, value('polygon', readPoints)],
  [1027, array('polygon-array', readPoints)],
  [650, value('cidr', asIs)],
  [651, array('cidr-array', asIs)],
  [700, value('float4', float4)],
  [1021, array('float4-array', float4)],
  [701, value('float8', float8)],
  [1022, array('float8-array', float8)],
  [718, value('circle', readCircle)],
  [719, array('circle-array', readCircle)],
  [774, value('macaddr8', readMacaddr8)],
  [775, array('macaddr8-array', readMacaddr8)],
  [790, value('money', readMoney)],
  [791, array('money-array', readMoney)],
  [829, value('macaddr', readMacaddr)],
  [1040, array('macaddr-array', readMacaddr)],
  [869, value('inet', asIs)],
  [1041, array('inet-array', asIs)],
  [1042, value('char', sizedChars)],
  [1014, array('char-array', sizedChars)],
  [1043, value('varchar', varchars)],
  [1015, array('varchar-array', varchars)],
  [1082, value('date', readDate)],
  [1182, array('date-array', readDate)],
  [1083, value('time', readTime)],
  [1183, array('time-array', readTime)],
  [1114, value('timestamp', readTimestamp)],
  [1115, array('timestamp-array', readTimestamp)],
  [1184, value('timestamp-tz', readTimestampTz)],
  [1185, array('timestamp-tz-array', readTimestampTz)],
  [1266, value('time-tz', readTimeTz)],
  [1270, array('time-tz-array', readTimeTz)],
  [1560, value('bit', readBits)],
  [1561, array('bit-array', readBits)],
  [1562, value('bit', readBits)],
  [1563, array('varbit-array', varyingBits)],
  [1700, value('numeric', asIs)],
  [1231, array('numeric-array', asIs)],
  [2950, value('uuid', asIs)],
  [2951, array('uuid-array', asIs)],
  [3220, value('pg-lsn', readLsn)],
  [3221, array('pg-lsn-array', readLsn)],
  [3614, value('ts-vector', readTsVector)],
  [3615, value('ts-query', asIs)],
  [3802, value('json', asIs)],
  [3807, array('jsonb-array', asIs)],
  [5038, value('pg-snapshot', readSnapshot)],
]);

/** Types of extensions have other OIDs in each database. */
export interface ExtensionTypes {
  readonly hstore?: number | undefined;
}

/**
 * A value of a row from the server's text. What has no form in the interface, be it its type or just this value, is `text` as
 * PostgreSQL writes it: enums, ranges, intervals, arrays with gaps or of several dimensions, and whatever comes from an extension.
 */
export function readValue(text: string | null, oid: number, extensions: ExtensionTypes = {}): PgValue {
  if (text === null) return { tag: 'null' };
  const read = oid === extensions.hstore ? value('hstore', readHstore) : readers.get(oid);
  if (read === undefined) return { tag: 'text', val: text };
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof NoFormError)) throw error;
    return { tag: 'text', val: text };
  }
}
