// What the world `database` of `wasmlattice:postgres@0.1.0` exports and imports. Made from the folder wit by wasmlattice-wit-types: change it there.

import { func, type Result, t, type TypedInterface, type TypedWit, witInterface } from '@wasmlattice/rpc';

/** `mac-address-eui48` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface MacAddressEui48 {
  bytes: [number, number, number, number, number, number];
}

const macAddressEui48Type: TypedWit<MacAddressEui48> = t.record({ bytes: t.tuple(t.u8, t.u8, t.u8, t.u8, t.u8, t.u8) });

/** `mac-address-eui64` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface MacAddressEui64 {
  bytes: [number, number, number, number, number, number, number, number];
}

const macAddressEui64Type: TypedWit<MacAddressEui64> = t.record({ bytes: t.tuple(t.u8, t.u8, t.u8, t.u8, t.u8, t.u8, t.u8, t.u8) });

/** `date` of `wasmcloud:postgres/types@0.1.1-draft` */
export type Date =
  | { readonly tag: 'positive-infinity'; readonly val?: undefined }
  | { readonly tag: 'negative-infinity'; readonly val?: undefined }
  | { readonly tag: 'ymd'; readonly val: [number, number, number] };

const dateType: TypedWit<Date> = t.variant({ 'positive-infinity': undefined, 'negative-infinity': undefined, ymd: t.tuple(t.s32, t.u32, t.u32) });

/** `interval` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface Interval {
  start: Date;
  startInclusive: boolean;
  end: Date;
  endInclusive: boolean;
}

const intervalType: TypedWit<Interval> = t.record({ start: dateType, 'start-inclusive': t.bool, end: dateType, 'end-inclusive': t.bool });

/** `time` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface Time {
  hour: number;
  min: number;
  sec: number;
  micro: number;
}

const timeType: TypedWit<Time> = t.record({ hour: t.u32, min: t.u32, sec: t.u32, micro: t.u32 });

/** `time-tz` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface TimeTz {
  timesonze: string;
  time: Time;
}

const timeTzType: TypedWit<TimeTz> = t.record({ timesonze: t.string, time: timeType });

/** `timestamp` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface Timestamp {
  date: Date;
  time: Time;
}

const timestampType: TypedWit<Timestamp> = t.record({ date: dateType, time: timeType });

/** `offset` of `wasmcloud:postgres/types@0.1.1-draft` */
export type Offset =
  | { readonly tag: 'eastern-hemisphere-secs'; readonly val: number }
  | { readonly tag: 'western-hemisphere-secs'; readonly val: number };

const offsetType: TypedWit<Offset> = t.variant({ 'eastern-hemisphere-secs': t.s32, 'western-hemisphere-secs': t.s32 });

/** `timestamp-tz` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface TimestampTz {
  timestamp: Timestamp;
  offset: Offset;
}

const timestampTzType: TypedWit<TimestampTz> = t.record({ timestamp: timestampType, offset: offsetType });

/** `lexeme-weight` of `wasmcloud:postgres/types@0.1.1-draft` */
export type LexemeWeight =
  | 'A'
  | 'B'
  | 'C'
  | 'D';

const lexemeWeightType: TypedWit<LexemeWeight> = t.enum('A', 'B', 'C', 'D');

/** `lexeme` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface Lexeme {
  position: number | undefined;
  weight: LexemeWeight | undefined;
  data: string;
}

const lexemeType: TypedWit<Lexeme> = t.record({ position: t.option(t.u16), weight: t.option(lexemeWeightType), data: t.string });

/** `pg-value` of `wasmcloud:postgres/query@0.1.1-draft` */
export type PgValue =
  | { readonly tag: 'null'; readonly val?: undefined }
  | { readonly tag: 'big-int'; readonly val: bigint }
  | { readonly tag: 'int8'; readonly val: bigint }
  | { readonly tag: 'int8-array'; readonly val: bigint[] }
  | { readonly tag: 'big-serial'; readonly val: bigint }
  | { readonly tag: 'serial8'; readonly val: bigint }
  | { readonly tag: 'bool'; readonly val: boolean }
  | { readonly tag: 'boolean'; readonly val: boolean }
  | { readonly tag: 'bool-array'; readonly val: boolean[] }
  | { readonly tag: 'double'; readonly val: [bigint, number, number] }
  | { readonly tag: 'float8'; readonly val: [bigint, number, number] }
  | { readonly tag: 'float8-array'; readonly val: [bigint, number, number][] }
  | { readonly tag: 'real'; readonly val: [bigint, number, number] }
  | { readonly tag: 'float4'; readonly val: [bigint, number, number] }
  | { readonly tag: 'float4-array'; readonly val: [bigint, number, number][] }
  | { readonly tag: 'integer'; readonly val: number }
  | { readonly tag: 'int'; readonly val: number }
  | { readonly tag: 'int4'; readonly val: number }
  | { readonly tag: 'int4-array'; readonly val: number[] }
  | { readonly tag: 'numeric'; readonly val: string }
  | { readonly tag: 'decimal'; readonly val: string }
  | { readonly tag: 'numeric-array'; readonly val: string[] }
  | { readonly tag: 'serial'; readonly val: number }
  | { readonly tag: 'serial4'; readonly val: number }
  | { readonly tag: 'small-int'; readonly val: number }
  | { readonly tag: 'int2'; readonly val: number }
  | { readonly tag: 'int2-array'; readonly val: number[] }
  | { readonly tag: 'int2-vector'; readonly val: number[] }
  | { readonly tag: 'int2-vector-array'; readonly val: number[][] }
  | { readonly tag: 'small-serial'; readonly val: number }
  | { readonly tag: 'serial2'; readonly val: number }
  | { readonly tag: 'bit'; readonly val: [number, Uint8Array] }
  | { readonly tag: 'bit-array'; readonly val: [number, Uint8Array][] }
  | { readonly tag: 'bit-varying'; readonly val: [number | undefined, Uint8Array] }
  | { readonly tag: 'varbit'; readonly val: [number | undefined, Uint8Array] }
  | { readonly tag: 'varbit-array'; readonly val: ([number | undefined, Uint8Array])[] }
  | { readonly tag: 'bytea'; readonly val: Uint8Array }
  | { readonly tag: 'bytea-array'; readonly val: Uint8Array[] }
  | { readonly tag: 'char'; readonly val: [number, Uint8Array] }
  | { readonly tag: 'char-array'; readonly val: [number, Uint8Array][] }
  | { readonly tag: 'varchar'; readonly val: [number | undefined, Uint8Array] }
  | { readonly tag: 'varchar-array'; readonly val: ([number | undefined, Uint8Array])[] }
  | { readonly tag: 'cidr'; readonly val: string }
  | { readonly tag: 'cidr-array'; readonly val: string[] }
  | { readonly tag: 'inet'; readonly val: string }
  | { readonly tag: 'inet-array'; readonly val: string[] }
  | { readonly tag: 'macaddr'; readonly val: MacAddressEui48 }
  | { readonly tag: 'macaddr-array'; readonly val: MacAddressEui48[] }
  | { readonly tag: 'macaddr8'; readonly val: MacAddressEui64 }
  | { readonly tag: 'macaddr8-array'; readonly val: MacAddressEui64[] }
  | { readonly tag: 'box'; readonly val: [[[bigint, number, number], [bigint, number, number]], [[bigint, number, number], [bigint, number, number]]] }
  | { readonly tag: 'box-array'; readonly val: [[[bigint, number, number], [bigint, number, number]], [[bigint, number, number], [bigint, number, number]]][] }
  | { readonly tag: 'circle'; readonly val: [[[bigint, number, number], [bigint, number, number]], [bigint, number, number]] }
  | { readonly tag: 'circle-array'; readonly val: [[[bigint, number, number], [bigint, number, number]], [bigint, number, number]][] }
  | { readonly tag: 'line'; readonly val: [[[bigint, number, number], [bigint, number, number]], [[bigint, number, number], [bigint, number, number]]] }
  | { readonly tag: 'line-array'; readonly val: [[[bigint, number, number], [bigint, number, number]], [[bigint, number, number], [bigint, number, number]]][] }
  | { readonly tag: 'lseg'; readonly val: [[[bigint, number, number], [bigint, number, number]], [[bigint, number, number], [bigint, number, number]]] }
  | { readonly tag: 'lseg-array'; readonly val: [[[bigint, number, number], [bigint, number, number]], [[bigint, number, number], [bigint, number, number]]][] }
  | { readonly tag: 'path'; readonly val: [[bigint, number, number], [bigint, number, number]][] }
  | { readonly tag: 'path-array'; readonly val: [[bigint, number, number], [bigint, number, number]][][] }
  | { readonly tag: 'point'; readonly val: [[bigint, number, number], [bigint, number, number]] }
  | { readonly tag: 'point-array'; readonly val: [[bigint, number, number], [bigint, number, number]][] }
  | { readonly tag: 'polygon'; readonly val: [[bigint, number, number], [bigint, number, number]][] }
  | { readonly tag: 'polygon-array'; readonly val: [[bigint, number, number], [bigint, number, number]][][] }
  | { readonly tag: 'date'; readonly val: Date }
  | { readonly tag: 'date-array'; readonly val: Date[] }
  | { readonly tag: 'interval'; readonly val: Interval }
  | { readonly tag: 'interval-array'; readonly val: Interval[] }
  | { readonly tag: 'time'; readonly val: Time }
  | { readonly tag: 'time-array'; readonly val: Time[] }
  | { readonly tag: 'time-tz'; readonly val: TimeTz }
  | { readonly tag: 'time-tz-array'; readonly val: TimeTz[] }
  | { readonly tag: 'timestamp'; readonly val: Timestamp }
  | { readonly tag: 'timestamp-array'; readonly val: Timestamp[] }
  | { readonly tag: 'timestamp-tz'; readonly val: TimestampTz }
  | { readonly tag: 'timestamp-tz-array'; readonly val: TimestampTz[] }
  | { readonly tag: 'json'; readonly val: string }
  | { readonly tag: 'json-array'; readonly val: string[] }
  | { readonly tag: 'jsonb'; readonly val: string }
  | { readonly tag: 'jsonb-array'; readonly val: string[] }
  | { readonly tag: 'money'; readonly val: string }
  | { readonly tag: 'money-array'; readonly val: string[] }
  | { readonly tag: 'pg-lsn'; readonly val: bigint }
  | { readonly tag: 'pg-lsn-array'; readonly val: bigint[] }
  | { readonly tag: 'pg-snapshot'; readonly val: [bigint, bigint, bigint[]] }
  | { readonly tag: 'txid-snapshot'; readonly val: bigint }
  | { readonly tag: 'name'; readonly val: string }
  | { readonly tag: 'name-array'; readonly val: string[] }
  | { readonly tag: 'text'; readonly val: string }
  | { readonly tag: 'text-array'; readonly val: string[] }
  | { readonly tag: 'xml'; readonly val: string }
  | { readonly tag: 'xml-array'; readonly val: string[] }
  | { readonly tag: 'ts-query'; readonly val: string }
  | { readonly tag: 'ts-vector'; readonly val: Lexeme[] }
  | { readonly tag: 'uuid'; readonly val: string }
  | { readonly tag: 'uuid-array'; readonly val: string[] }
  | { readonly tag: 'hstore'; readonly val: ([string, string | undefined])[] };

const pgValueType: TypedWit<PgValue> = t.variant({ null: undefined, 'big-int': t.s64, int8: t.s64, 'int8-array': t.list(t.s64), 'big-serial': t.s64, serial8: t.s64, bool: t.bool, boolean: t.bool, 'bool-array': t.list(t.bool), double: t.tuple(t.u64, t.s16, t.s8), float8: t.tuple(t.u64, t.s16, t.s8), 'float8-array': t.list(t.tuple(t.u64, t.s16, t.s8)), real: t.tuple(t.u64, t.s16, t.s8), float4: t.tuple(t.u64, t.s16, t.s8), 'float4-array': t.list(t.tuple(t.u64, t.s16, t.s8)), integer: t.s32, int: t.s32, int4: t.s32, 'int4-array': t.list(t.s32), numeric: t.string, decimal: t.string, 'numeric-array': t.list(t.string), serial: t.u32, serial4: t.u32, 'small-int': t.s16, int2: t.s16, 'int2-array': t.list(t.s16), 'int2-vector': t.list(t.s16), 'int2-vector-array': t.list(t.list(t.s16)), 'small-serial': t.s16, serial2: t.s16, bit: t.tuple(t.u32, t.list(t.u8)), 'bit-array': t.list(t.tuple(t.u32, t.list(t.u8))), 'bit-varying': t.tuple(t.option(t.u32), t.list(t.u8)), varbit: t.tuple(t.option(t.u32), t.list(t.u8)), 'varbit-array': t.list(t.tuple(t.option(t.u32), t.list(t.u8))), bytea: t.list(t.u8), 'bytea-array': t.list(t.list(t.u8)), char: t.tuple(t.u32, t.list(t.u8)), 'char-array': t.list(t.tuple(t.u32, t.list(t.u8))), varchar: t.tuple(t.option(t.u32), t.list(t.u8)), 'varchar-array': t.list(t.tuple(t.option(t.u32), t.list(t.u8))), cidr: t.string, 'cidr-array': t.list(t.string), inet: t.string, 'inet-array': t.list(t.string), macaddr: macAddressEui48Type, 'macaddr-array': t.list(macAddressEui48Type), macaddr8: macAddressEui64Type, 'macaddr8-array': t.list(macAddressEui64Type), box: t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8))), 'box-array': t.list(t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)))), circle: t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.u64, t.s16, t.s8)), 'circle-array': t.list(t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.u64, t.s16, t.s8))), line: t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8))), 'line-array': t.list(t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)))), lseg: t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8))), 'lseg-array': t.list(t.tuple(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)))), path: t.list(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8))), 'path-array': t.list(t.list(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)))), point: t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)), 'point-array': t.list(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8))), polygon: t.list(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8))), 'polygon-array': t.list(t.list(t.tuple(t.tuple(t.u64, t.s16, t.s8), t.tuple(t.u64, t.s16, t.s8)))), date: dateType, 'date-array': t.list(dateType), interval: intervalType, 'interval-array': t.list(intervalType), time: timeType, 'time-array': t.list(timeType), 'time-tz': timeTzType, 'time-tz-array': t.list(timeTzType), timestamp: timestampType, 'timestamp-array': t.list(timestampType), 'timestamp-tz': timestampTzType, 'timestamp-tz-array': t.list(timestampTzType), json: t.string, 'json-array': t.list(t.string), jsonb: t.string, 'jsonb-array': t.list(t.string), money: t.string, 'money-array': t.list(t.string), 'pg-lsn': t.u64, 'pg-lsn-array': t.list(t.u64), 'pg-snapshot': t.tuple(t.s64, t.s64, t.list(t.s64)), 'txid-snapshot': t.s64, name: t.string, 'name-array': t.list(t.string), text: t.string, 'text-array': t.list(t.string), xml: t.string, 'xml-array': t.list(t.string), 'ts-query': t.string, 'ts-vector': t.list(lexemeType), uuid: t.string, 'uuid-array': t.list(t.string), hstore: t.list(t.tuple(t.string, t.option(t.string))) });

/** `result-row-entry` of `wasmcloud:postgres/types@0.1.1-draft` */
export interface ResultRowEntry {
  columnName: string;
  value: PgValue;
}

const resultRowEntryType: TypedWit<ResultRowEntry> = t.record({ 'column-name': t.string, value: pgValueType });

/** `query-error` of `wasmcloud:postgres/query@0.1.1-draft` */
export type QueryError =
  | { readonly tag: 'invalid-params'; readonly val: string }
  | { readonly tag: 'invalid-query'; readonly val: string }
  | { readonly tag: 'unexpected'; readonly val: string };

const queryErrorType: TypedWit<QueryError> = t.variant({ 'invalid-params': t.string, 'invalid-query': t.string, unexpected: t.string });

/** `statement-prepare-error` of `wasmcloud:postgres/prepared@0.1.1-draft` */
export type StatementPrepareError =
  | { readonly tag: 'unexpected'; readonly val: string };

const statementPrepareErrorType: TypedWit<StatementPrepareError> = t.variant({ unexpected: t.string });

/** `prepared-statement-exec-error` of `wasmcloud:postgres/prepared@0.1.1-draft` */
export type PreparedStatementExecError =
  | { readonly tag: 'unknown-prepared-query'; readonly val?: undefined }
  | { readonly tag: 'query-error'; readonly val: QueryError }
  | { readonly tag: 'unexpected'; readonly val: string };

const preparedStatementExecErrorType: TypedWit<PreparedStatementExecError> = t.variant({ 'unknown-prepared-query': undefined, 'query-error': queryErrorType, unexpected: t.string });

/** `column` of `wasmlattice:postgres/describe@0.1.0` */
export interface Column {
  name: string;
  typeName: string;
}

const columnType: TypedWit<Column> = t.record({ name: t.string, 'type-name': t.string });

/** `wasmcloud:postgres/query@0.1.1-draft` */
export interface Query {
  query(query: string, params: PgValue[]): Promise<Result<ResultRowEntry[][], QueryError>>;
  queryBatch(query: string): Promise<Result<undefined, QueryError>>;
}

export const query: TypedInterface<Query> = witInterface('wasmcloud:postgres/query@0.1.1-draft', [
  func('query', [['query', t.string], ['params', t.list(pgValueType)]], t.result(t.list(t.list(resultRowEntryType)), queryErrorType)),
  func('query-batch', [['query', t.string]], t.result(undefined, queryErrorType)),
]);

/** `wasmcloud:postgres/prepared@0.1.1-draft` */
export interface Prepared {
  prepare(statement: string): Promise<Result<string, StatementPrepareError>>;
  exec(stmtToken: string, params: PgValue[]): Promise<Result<bigint, PreparedStatementExecError>>;
}

export const prepared: TypedInterface<Prepared> = witInterface('wasmcloud:postgres/prepared@0.1.1-draft', [
  func('prepare', [['statement', t.string]], t.result(t.string, statementPrepareErrorType)),
  func('exec', [['stmt-token', t.string], ['params', t.list(pgValueType)]], t.result(t.u64, preparedStatementExecErrorType)),
]);

/** `wasmlattice:postgres/copy@0.1.0` */
export interface Copy {
  copyIn(statement: string, rows: AsyncIterable<Uint8Array>, end: Promise<Result<undefined, string>>): Promise<Result<Promise<Result<bigint, QueryError>>, QueryError>>;
  copyOut(statement: string): Promise<[AsyncIterable<Uint8Array>, Promise<Result<bigint, QueryError>>]>;
}

export const copy: TypedInterface<Copy> = witInterface('wasmlattice:postgres/copy@0.1.0', [
  func('copy-in', [['statement', t.string], ['rows', t.stream(t.u8)], ['end', t.future(t.result(undefined, t.string))]], t.result(t.future(t.result(t.u64, queryErrorType)), queryErrorType)),
  func('copy-out', [['statement', t.string]], t.tuple(t.stream(t.u8), t.future(t.result(t.u64, queryErrorType)))),
]);

/** `wasmlattice:postgres/describe@0.1.0` */
export interface Describe {
  describe(statement: string): Promise<Result<Column[], QueryError>>;
}

export const describe: TypedInterface<Describe> = witInterface('wasmlattice:postgres/describe@0.1.0', [
  func('describe', [['statement', t.string]], t.result(t.list(columnType), queryErrorType)),
]);

/** For providers of the world: `provideWorld` takes an implementation for each. */
export const databaseExports: {
  readonly query: typeof query;
  readonly prepared: typeof prepared;
  readonly copy: typeof copy;
  readonly describe: typeof describe;
} = { query, prepared, copy, describe };
