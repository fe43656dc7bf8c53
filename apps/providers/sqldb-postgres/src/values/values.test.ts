import { decomposeFloat, type PgValue } from '@wasmlattice/postgres-interface';
import { noopLogger } from '@wasmlattice/telemetry';
import { startPostgres, type TestPostgres } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../database.js';
import { readValue } from './read-value.js';
import { writeValue } from './write-value.js';

let postgres: TestPostgres;
let database: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  database = new Database({ ...postgres, tls: undefined, poolSize: 2, isShared: false }, noopLogger);
  await database.runBatch(
    "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN year AS int CHECK (VALUE > 0)",
  );
  await database.check();
});
afterAll(async () => {
  await database.close();
  await postgres[Symbol.asyncDispose]();
});

async function read(text: string, ...params: PgValue[]): Promise<PgValue | undefined> {
  const { columns, rows, extensions } = await database.run({ text, values: params.map(writeValue) });
  const [column] = columns;
  const [row] = rows;
  return column && readValue(row?.[0] ?? null, column.oid, extensions);
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const chars = (text: string): Uint8Array => new TextEncoder().encode(text);
const f8 = (value: number): ReturnType<typeof decomposeFloat> => decomposeFloat(value, 8);
const point = (x: number, y: number): [ReturnType<typeof f8>, ReturnType<typeof f8>] => [f8(x), f8(y)];
const day = (...ymd: [number, number, number]) => ({ tag: 'ymd', val: ymd }) as const;
const noon = { hour: 12, min: 34, sec: 56, micro: 789_000 };

/** What PostgreSQL has, and what guests get and give for it. */
const values: readonly (readonly [sql: string, value: PgValue])[] = [
  ['true', { tag: 'bool', val: true }],
  ["'{t,f}'::bool[]", { tag: 'bool-array', val: [true, false] }],
  ['(-32768)::int2', { tag: 'int2', val: -32_768 }],
  ["'{1,2}'::int2[]", { tag: 'int2-array', val: [1, 2] }],
  ["'1 2'::int2vector", { tag: 'int2-vector', val: [1, 2] }],
  ['2147483647', { tag: 'int4', val: 2_147_483_647 }],
  ["'{}'::int4[]", { tag: 'int4-array', val: [] }],
  ['(-9223372036854775808)::int8', { tag: 'int8', val: -(2n ** 63n) }],
  ["'{9223372036854775807}'::int8[]", { tag: 'int8-array', val: [2n ** 63n - 1n] }],
  ['0.1::float4', { tag: 'float4', val: decomposeFloat(Math.fround(0.1), 4) }],
  [
    "'{1.5,NaN}'::float4[]",
    { tag: 'float4-array', val: [decomposeFloat(1.5, 4), decomposeFloat(Number.NaN, 4)] },
  ],
  ["'-Infinity'::float4", { tag: 'float4', val: decomposeFloat(Number.NEGATIVE_INFINITY, 4) }],
  ['0.1::float8', { tag: 'float8', val: f8(0.1) }],
  ["'{5e-324,-0,Infinity}'::float8[]", { tag: 'float8-array', val: [f8(5e-324), f8(-0), f8(Infinity)] }],
  [
    "'123456789012345678901234567890.10'::numeric",
    { tag: 'numeric', val: '123456789012345678901234567890.10' },
  ],
  ["'{1.50,NaN}'::numeric[]", { tag: 'numeric-array', val: ['1.50', 'NaN'] }],
  ["'-1234567.5'::numeric::money", { tag: 'money', val: '-1234567.50' }],
  ["'{1.5}'::money[]", { tag: 'money-array', val: ['1.50'] }],
  ["B'101100111'", { tag: 'bit', val: [9, bytes(0b10110011, 0b10000000)] }],
  [
    "'{101,011}'::bit(3)[]",
    {
      tag: 'bit-array',
      val: [
        [3, bytes(0b10100000)],
        [3, bytes(0b01100000)],
      ],
    },
  ],
  ["'\\x00ff'::bytea", { tag: 'bytea', val: bytes(0, 255) }],
  ["ARRAY['\\x01'::bytea, '\\x']", { tag: 'bytea-array', val: [bytes(1), bytes()] }],
  ["'ab'::char(3)", { tag: 'char', val: [3, chars('ab ')] }],
  ['\'x\'::"char"', { tag: 'char', val: [1, chars('x')] }],
  [
    "'{a,ü}'::char(1)[]",
    {
      tag: 'char-array',
      val: [
        [1, chars('a')],
        [2, chars('ü')],
      ],
    },
  ],
  ["'grün'::varchar(10)", { tag: 'varchar', val: [undefined, chars('grün')] }],
  [
    "ARRAY['a\"b,', '{}\\', 'NULL']::varchar[]",
    { tag: 'varchar-array', val: ['a"b,', '{}\\', 'NULL'].map((each) => [undefined, chars(each)]) },
  ],
  ["'192.168.0.0/24'::cidr", { tag: 'cidr', val: '192.168.0.0/24' }],
  ["'{10.0.0.0/8}'::cidr[]", { tag: 'cidr-array', val: ['10.0.0.0/8'] }],
  ["'2001:db8::1'::inet", { tag: 'inet', val: '2001:db8::1' }],
  ["'{10.0.0.1}'::inet[]", { tag: 'inet-array', val: ['10.0.0.1'] }],
  ["'08:00:2b:01:02:03'::macaddr", { tag: 'macaddr', val: { bytes: [8, 0, 0x2b, 1, 2, 3] } }],
  ["'{08:00:2b:01:02:03}'::macaddr[]", { tag: 'macaddr-array', val: [{ bytes: [8, 0, 0x2b, 1, 2, 3] }] }],
  ["'08:00:2b:01:02:03:04:05'::macaddr8", { tag: 'macaddr8', val: { bytes: [8, 0, 0x2b, 1, 2, 3, 4, 5] } }],
  ["'(1,2),(3,4)'::box", { tag: 'box', val: [point(1, 2), point(3, 4)] }],
  [
    "'{(1,2),(3,4);(0,0),(1,1)}'::box[]",
    {
      tag: 'box-array',
      val: [
        [point(1, 2), point(3, 4)],
        [point(0, 0), point(1, 1)],
      ],
    },
  ],
  ["'<(1,2),3>'::circle", { tag: 'circle', val: [point(1, 2), f8(3)] }],
  ["'[(1,2),(3,-4.5e-10)]'::lseg", { tag: 'lseg', val: [point(1, 2), point(3, -4.5e-10)] }],
  ["'((1,2),(3,4))'::path", { tag: 'path', val: [point(1, 2), point(3, 4)] }],
  ["'(1e+300,2)'::point", { tag: 'point', val: point(1e300, 2) }],
  ["ARRAY['(1,2)'::point, '(3,4)']", { tag: 'point-array', val: [point(1, 2), point(3, 4)] }],
  ["'((1,2),(3,4),(5,6))'::polygon", { tag: 'polygon', val: [point(1, 2), point(3, 4), point(5, 6)] }],
  ["'2024-02-29'::date", { tag: 'date', val: day(2024, 2, 29) }],
  ["'0044-03-15 BC'::date", { tag: 'date', val: day(-43, 3, 15) }],
  ["'12024-01-01'::date", { tag: 'date', val: day(12_024, 1, 1) }],
  [
    "'{infinity,-infinity}'::date[]",
    { tag: 'date-array', val: [{ tag: 'positive-infinity' }, { tag: 'negative-infinity' }] },
  ],
  ["'12:34:56.789'::time", { tag: 'time', val: noon }],
  ["'{24:00:00}'::time[]", { tag: 'time-array', val: [{ hour: 24, min: 0, sec: 0, micro: 0 }] }],
  ["'12:34:56.789+02'::timetz", { tag: 'time-tz', val: { timesonze: '+02', time: noon } }],
  ["'2024-02-29 12:34:56.789'::timestamp", { tag: 'timestamp', val: { date: day(2024, 2, 29), time: noon } }],
  ["'0001-01-01 12:34:56.789 BC'::timestamp", { tag: 'timestamp', val: { date: day(0, 1, 1), time: noon } }],
  [
    "'2024-02-29 14:34:56.789+02'::timestamptz",
    {
      tag: 'timestamp-tz',
      val: {
        timestamp: { date: day(2024, 2, 29), time: noon },
        offset: { tag: 'western-hemisphere-secs', val: 0 },
      },
    },
  ],
  [`'{"b": 1, "a": [1.0]}'::json`, { tag: 'json', val: '{"b": 1, "a": [1.0]}' }],
  [`ARRAY['{"a": "\\\\x"}'::json]`, { tag: 'json-array', val: ['{"a": "\\\\x"}'] }],
  [`'{"a":1}'::jsonb`, { tag: 'json', val: '{"a": 1}' }],
  [`ARRAY['[]'::jsonb]`, { tag: 'jsonb-array', val: ['[]'] }],
  ["'16/B374D848'::pg_lsn", { tag: 'pg-lsn', val: 0x16_b374_d848n }],
  ["'10:20:10,14'::pg_snapshot", { tag: 'pg-snapshot', val: [10n, 20n, [10n, 14n]] }],
  ["'task'::name", { tag: 'name', val: 'task' }],
  ["'grün'::text", { tag: 'text', val: 'grün' }],
  ["ARRAY['', 'a b']::text[]", { tag: 'text-array', val: ['', 'a b'] }],
  ["'<a>1</a>'::xml", { tag: 'xml', val: '<a>1</a>' }],
  ["'fat & rat'::tsquery", { tag: 'ts-query', val: "'fat' & 'rat'" }],
  [
    "$t$'it''s':1A,3 b$t$::tsvector",
    {
      tag: 'ts-vector',
      val: [
        { data: 'b', position: undefined, weight: undefined },
        { data: "it's", position: 1, weight: 'A' },
        { data: "it's", position: 3, weight: undefined },
      ],
    },
  ],
  [
    "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid",
    { tag: 'uuid', val: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' },
  ],
  ['NULL::int', { tag: 'null' }],
];

describe('a value', () => {
  it.each(values)('%s is read, and the same when it was given', async (sql, value) => {
    expect(await read(`SELECT ${sql}`)).toEqual(value);
    const [type] = (await database.run({ text: `SELECT pg_typeof(${sql})`, values: [] })).rows[0] ?? [];
    const cast =
      type === 'character' ? 'bpchar' : type === 'bit' ? 'varbit' : type === 'bit[]' ? 'varbit[]' : type;
    const same = await database.run({
      text: `SELECT ($1::${cast})::text IS NOT DISTINCT FROM (${sql})::text`,
      values: [writeValue(value)],
    });
    expect(same.rows).toEqual([['t']]);
  });

  it.each([
    ["'1 day 02:03:04'::interval", '1 day 02:03:04'],
    ["'[2024-01-01,2024-02-01)'::daterange", '[2024-01-01,2024-02-01)'],
    ["'happy'::mood", 'happy'],
    ["'{sad,happy}'::mood[]", '{sad,happy}'],
    ["'{1,NULL}'::int[]", '{1,NULL}'],
    ["'{{1,2},{3,4}}'::int[]", '{{1,2},{3,4}}'],
    ["'{1,-1,0}'::line", '{1,-1,0}'],
    ["'pg_class'::regclass", 'pg_class'],
    ["ROW(1, 'a b')", '(1,"a b")'],
  ])('without a form, %s, is the text that PostgreSQL writes', async (sql, text) => {
    expect(await read(`SELECT ${sql}`)).toEqual({ tag: 'text', val: text });
  });

  it('of a domain is one of its base type', async () => {
    expect(await read('SELECT 2024::year')).toEqual({ tag: 'int4', val: 2024 });
  });

  it('that is a range of dates is what the interface calls an interval', async () => {
    const range: PgValue = {
      tag: 'interval',
      val: {
        start: day(2024, 1, 1),
        startInclusive: true,
        end: { tag: 'positive-infinity' },
        endInclusive: false,
      },
    };
    expect(await read('SELECT $1::daterange::text', range)).toEqual({
      tag: 'text',
      val: '[2024-01-01,infinity)',
    });
  });

  it('with an offset is of that time zone', async () => {
    const at = (tag: 'eastern-hemisphere-secs' | 'western-hemisphere-secs', val: number): PgValue => ({
      tag: 'timestamp-tz',
      val: { timestamp: { date: day(2024, 2, 29), time: noon }, offset: { tag, val } },
    });
    const text = 'SELECT $1::timestamptz::text';
    expect(await read(text, at('western-hemisphere-secs', 4 * 3_600))).toEqual({
      tag: 'text',
      val: '2024-02-29 16:34:56.789+00',
    });
    expect(await read(text, at('eastern-hemisphere-secs', 5_400))).toEqual({
      tag: 'text',
      val: '2024-02-29 11:04:56.789+00',
    });
  });

  it('of hstore has its type where the extension is there', () => {
    const text = '"a\\"b"=>"1", "n"=>NULL';
    const value: PgValue = {
      tag: 'hstore',
      val: [
        ['a"b', '1'],
        ['n', undefined],
      ],
    };
    expect(readValue(text, 16_400, { hstore: 16_400 })).toEqual(value);
    expect(readValue(text, 16_400)).toEqual({ tag: 'text', val: text });
    expect(writeValue(value)).toBe(text);
  });
});
