import {
  type Describe,
  decomposeFloat,
  describe,
  type Date as PgDate,
  type PgValue,
  type Prepared,
  prepared,
  type Query,
  query,
} from '@wasmlattice/postgres-interface';
import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderUnderTest } from '@wasmlattice/provider-sdk/testing';
import { bytes, okOf } from '../answers.js';
import { callerOf, callingLink } from '../component.js';
import { startUntilServed } from '../start-until-served.js';
import type { PostgresSetup } from './postgres-setup.js';

/** What a component sees of the provider through one of its links. */
export class PostgresClient {
  readonly query: Query;
  readonly prepared: Prepared;
  readonly describe: Describe;

  constructor(setup: PostgresSetup, component: string, link = 'default') {
    const client = callerOf(setup, component, link);
    this.query = client(query);
    this.prepared = client(prepared);
    this.describe = client(describe);
  }

  /** The values of all rows. */
  async rows(text: string, ...params: PgValue[]): Promise<PgValue[][]> {
    const rows = okOf(await this.query.query(text, params));
    return rows.map((row) => row.map(({ value }) => value));
  }

  async batch(text: string): Promise<void> {
    okOf(await this.query.queryBatch(text));
  }

  /** The numbers of a column of integers. */
  async numbers(text: string): Promise<number[]> {
    return (await this.rows(text)).map(([value]) => Number(value?.val));
  }
}

export function linkOf(
  setup: PostgresSetup,
  sourceId: string,
  targetConfig: StringMap,
  {
    name = 'default',
    witNamespace = 'wasmcloud',
  }: { readonly name?: string; readonly witNamespace?: string } = {},
): InterfaceLinkDefinition {
  const interfaces = witNamespace === 'wasmcloud' ? ['query', 'prepared'] : ['describe'];
  return callingLink(
    setup,
    { witNamespace, witPackage: 'postgres', interfaces },
    sourceId,
    name,
    targetConfig,
  );
}

/** Runs the provider until it serves component `one`. */
export function startLinked(
  setup: PostgresSetup,
  links: readonly InterfaceLinkDefinition[],
): Promise<ProviderUnderTest> {
  const { query } = new PostgresClient(setup, 'one');
  return startUntilServed(setup, links, () => query.query('SELECT 1', []), setup.config);
}

const day: PgDate = { tag: 'ymd', val: [2024, 2, 29] };
const noon = { hour: 12, min: 34, sec: 56, micro: 789_000 };

/** Values as they come from a column of a declared type, and go into it. */
export const integers: readonly Stored[] = [
  ['smallint', { tag: 'int2', val: -8_192 }],
  ['integer', { tag: 'int4', val: 2_147_483_647 }],
  ['int', { tag: 'int4', val: -1 }],
  ['bigint', { tag: 'int8', val: 2n ** 63n - 1n }],
  ['boolean', { tag: 'bool', val: true }],
];
export const smallestIntegers: readonly Stored[] = [
  ['smallint', { tag: 'int2', val: -32_768 }],
  ['int', { tag: 'int4', val: -2_147_483_648 }],
  ['bigint', { tag: 'int8', val: -(2n ** 63n) }],
];
const float8 = (value: number): Stored => [
  'double precision',
  { tag: 'float8', val: decomposeFloat(value, 8) },
];
export const floats: readonly Stored[] = [0.1, -1.5e300, Number.POSITIVE_INFINITY].map(float8);
export const smallestFloats: readonly Stored[] = [float8(5e-324)];
export const texts: readonly Stored[] = [
  ['text', { tag: 'text', val: "grün '; -- $1" }],
  ['text', { tag: 'text', val: '' }],
  ['varchar(20)', { tag: 'varchar', val: [undefined, bytes('grün')] }],
  ['json', { tag: 'json', val: '5' }],
  ['uuid', { tag: 'uuid', val: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' }],
  ['bytea', { tag: 'bytea', val: Uint8Array.from({ length: 256 }, (_, i) => i) }],
];
export const fixedTexts: readonly Stored[] = [['char(3)', { tag: 'char', val: [3, bytes('abc')] }]];
export const documents: readonly Stored[] = [['json', { tag: 'json', val: '{"b": 1, "a": [1.0]}' }]];
export const times: readonly Stored[] = [
  ['date', { tag: 'date', val: day }],
  ['time', { tag: 'time', val: noon }],
  ['timestamp', { tag: 'timestamp', val: { date: day, time: noon } }],
  [
    'timestamptz',
    {
      tag: 'timestamp-tz',
      val: { timestamp: { date: day, time: noon }, offset: { tag: 'western-hemisphere-secs', val: 0 } },
    },
  ],
];
export const decimals: readonly Stored[] = [
  ['numeric(40,2)', { tag: 'numeric', val: '12.50' }],
  ['numeric(40,2)', { tag: 'numeric', val: '123456789012345678901234567890.10' }],
];
export const arrays: readonly Stored[] = [
  ['int[]', { tag: 'int4-array', val: [1, 2] }],
  ['text[]', { tag: 'text-array', val: ['a', 'b c'] }],
];

type Stored = readonly [type: string, value: PgValue];
