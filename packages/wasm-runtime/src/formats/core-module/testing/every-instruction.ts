/** One of every kind of immediate there is; an instruction read wrongly makes the rest of the code unreadable. Without {@link everyAccess}. */
export const everyInstruction: string = `
  (type $unary (func (param i32) (result i32)))
  (type $pair (func (param i32 i64) (result i32 i64)))
  (import "host" "call" (func $host (type $unary)))
  (import "host" "base" (global $base i32))
  (memory $memory 1 2)
  (table $table 4 funcref)
  (tag $tag (param i32))
  (global $counter (mut i64) (i64.const -1))
  (global $start i32 (i32.add (global.get $base) (i32.const 8)))
  (elem $elem funcref (ref.func $host) (ref.null func))
  (elem (table $table) (i32.const 0) func $host)
  (data $data "passive")
  (data (i32.const 16) "active")
  (func $unary (export "unary") (type $unary) (return_call $host (local.get 0)))
  (func $indirect (type $unary) (return_call_indirect $table (type $unary) (local.get 0) (i32.const 0)))
  (func $pair (type $pair) (local i32 i32 i64 f32 f64 v128 funcref externref)
    (local.get 0) (local.get 1) (block (type $pair)))
  (func $control (param i32) (result f64)
    (block $a (block $b (block $c
      (br_table $a $b $c (local.get 0)))
      (loop $again (br_if $again (i32.eqz (local.tee 0 (i32.const -2147483648))))))
      (drop (select (result i32) (i32.const 1) (i32.const 2) (local.get 0))))
    (drop (call_indirect (type $unary) (i32.const 1) (i32.const 0)))
    (if (result f64) (local.get 0) (then (f64.const nan:0x8000000000001)) (else (f64.const 1))))
  (func $throws (result i32)
    (block $caught (result i32)
      (try_table (catch $tag $caught) (throw $tag (i32.const 1)))
      (i32.const 0)))
  (func $references-by-type (param (ref null $unary)) (result i32)
    (drop (call_ref $unary (i32.const 1) (local.get 0)))
    (drop (ref.as_non_null (local.get 0)))
    (drop (block $null (result i32) (drop (br_on_null $null (i32.const 1) (local.get 0))) (drop) (i32.const 2)))
    (drop (block $some (result (ref $unary)) (br_on_non_null $some (local.get 0)) (return (i32.const 3))))
    (return_call_ref $unary (i32.const 1) (local.get 0)))
  (func $throws-again
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught) (call $throws-again))
      (return))
    (throw_ref))
  (func $references (param funcref)
    (drop (ref.is_null (ref.null func)))
    (drop (ref.func $unary))
    (drop (table.get $table (i32.const 1)))
    (drop (table.size $table)))
  (func $memory-access
    (i64.store offset=4294967295 align=1 (i32.const 0) (i64.load32_s offset=128 (i32.const 0)))
    (memory.init $data (i32.const 0) (i32.const 0) (i32.const 1))
    (memory.copy (i32.const 0) (i32.const 8) (i32.const 1))
    (memory.fill (i32.const 0) (i32.const 8) (i32.const 1))
    (drop (i32.atomic.rmw.add offset=4 (i32.const 0) (i32.const 1)))
    (atomic.fence))
  (func $numbers
    (drop (i64.const -9223372036854775808))
    (drop (i32.trunc_sat_f32_s (f32.const nan)))
    (drop (i64.extend32_s (i64.extend8_s (global.get $counter))))
    (global.set $counter (i64.const 0)))
  (func $vectors
    (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i64x2 1 2) (i8x16.splat (i32.const 1))))
    (drop (i32x4.extract_lane 3 (v128.load64_zero offset=300 (i32.const 0))))
    (v128.store8_lane offset=3 15 (i32.const 0) (v128.load8_lane 1 (i32.const 0) (v128.const i64x2 1 2)))
    (v128.store (i32.const 0) (i32x4.dot_i16x8_s (v128.const i64x2 1 2) (v128.const i64x2 1 2)))
    (drop (i8x16.relaxed_swizzle (v128.const i64x2 1 2) (v128.const i64x2 1 2))))`;

const widths: Readonly<Record<'i32' | 'i64', readonly string[]>> = {
  i32: ['8', '16'],
  i64: ['8', '16', '32'],
};
const integers = ['i32', 'i64'] as const;

const loads: readonly string[] = [
  ...[...integers, 'f32', 'f64', 'v128'].map((type) => `${type}.load`),
  ...integers.flatMap((type) =>
    widths[type].flatMap((bits) => [`${type}.load${bits}_s`, `${type}.load${bits}_u`]),
  ),
  ...integers.flatMap((type) =>
    ['', ...widths[type].map((bits) => `${bits}_u`)].map((form) => `${type}.atomic.load${form}`),
  ),
  ...['8x8', '16x4', '32x2'].flatMap((form) => [`v128.load${form}_s`, `v128.load${form}_u`]),
  ...['8', '16', '32', '64'].map((bits) => `v128.load${bits}_splat`),
  ...['32', '64'].map((bits) => `v128.load${bits}_zero`),
];
const stores: readonly (readonly [name: string, type: string])[] = [
  ...[...integers, 'f32', 'f64', 'v128'].map((type) => [`${type}.store`, type] as const),
  ...integers.flatMap((type) => widths[type].map((bits) => [`${type}.store${bits}`, type] as const)),
  ...integers.flatMap((type) =>
    ['', ...widths[type]].map((bits) => [`${type}.atomic.store${bits}`, type] as const),
  ),
];
const changes: readonly (readonly [name: string, type: string])[] = integers.flatMap((type) =>
  ['', ...widths[type]].flatMap((bits) =>
    ['add', 'sub', 'and', 'or', 'xor', 'xchg', 'cmpxchg'].map(
      (name) => [`${type}.atomic.rmw${bits}.${name}${bits === '' ? '' : '_u'}`, type] as const,
    ),
  ),
);
const lanes: readonly string[] = ['8', '16', '32', '64'];

function access(memory: string, address: string): string {
  const at = `(${address}.const 0)`;
  const value = (type: string): string => (type === 'v128' ? '(v128.const i64x2 1 2)' : `(${type}.const 1)`);
  const offset = address === 'i64' ? 'offset=4294967296' : 'offset=300';
  return [
    ...loads.map((name) => `(drop (${name} ${memory} ${offset} ${at}))`),
    ...stores.map(([name, type]) => `(${name} ${memory} ${offset} ${at} ${value(type)})`),
    ...changes.map(([name, type]) => {
      const values = name.includes('cmpxchg') ? [value(type), value(type)] : [value(type)];
      return `(drop (${name} ${memory} ${at} ${values.join(' ')}))`;
    }),
    ...lanes.map((bits) => `(drop (v128.load${bits}_lane ${memory} ${offset} 1 ${at} ${value('v128')}))`),
    ...lanes.map((bits) => `(v128.store${bits}_lane ${memory} ${offset} 1 ${at} ${value('v128')})`),
    `(drop (memory.atomic.wait32 ${memory} ${at} (i32.const 0) (i64.const 0)))`,
    `(drop (memory.atomic.wait64 ${memory} ${at} (i64.const 0) (i64.const 0)))`,
    `(drop (memory.atomic.notify ${memory} ${at} (i32.const 0)))`,
    `(drop (memory.grow ${memory} (memory.size ${memory})))`,
    `(memory.fill ${memory} ${at} (i32.const 0) ${at}) (memory.init ${memory} $data ${at} (i32.const 0) (i32.const 0))`,
  ].join('\n');
}

/** All that reads or writes memories and tables, each of 32 and of 64 bits, the first and a further one. */
export const everyAccess: string = `
  (memory $first 1) (memory $second 1) (memory $wide i64 1)
  (table $narrow 1 funcref) (table $long i64 1 funcref)
  (data $data "bytes") (elem $elem funcref (ref.null func))
  (func ${access('', 'i32')}) (func ${access('$second', 'i32')}) (func ${access('$wide', 'i64')})
  (func
    (memory.copy $first $first (i32.const 0) (i32.const 0) (i32.const 0))
    (memory.copy $second $wide (i32.const 0) (i64.const 0) (i32.const 0))
    (memory.copy $wide $second (i64.const 0) (i32.const 0) (i32.const 0))
    (memory.copy $wide $wide (i64.const 0) (i64.const 0) (i64.const 0)))
  (func
    ${[
      ['$narrow', 'i32'],
      ['$long', 'i64'],
    ]
      .map(
        ([table, address]) => `
    (table.set ${table} (${address}.const 0) (table.get ${table} (${address}.const 0)))
    (drop (table.grow ${table} (ref.null func) (table.size ${table})))
    (table.fill ${table} (${address}.const 0) (ref.null func) (${address}.const 0))
    (table.init ${table} $elem (${address}.const 0) (i32.const 0) (i32.const 0))
    (table.copy ${table} $narrow (${address}.const 0) (i32.const 0) (i32.const 0))
    (call_indirect ${table} (${address}.const 0))`,
      )
      .join('')}
    (data.drop $data) (elem.drop $elem)
    (return_call_indirect $long (i64.const 0)))`;

/** The exceptions that came before `try_table`, which V8 does not run in one module with that. */
export const everyLegacyException: string = `
  (tag $tag (param i32))
  (func (result i32)
    try (result i32) i32.const 1 throw $tag catch $tag catch_all i32.const 2 end
    try try i32.const 1 throw $tag delegate 0 catch_all rethrow 0 end)`;

const vector = '(v128.const i64x2 1 2)';

/** Of relaxed SIMD all, of SIMD the first and the last one of each group that the format numbers together. */
export const everyVector: string = `
  (func ${[
    ...[
      'i8x16.relaxed_swizzle',
      'f32x4.relaxed_min',
      'f32x4.relaxed_max',
      'f64x2.relaxed_min',
      'f64x2.relaxed_max',
    ],
    ...[
      'i16x8.relaxed_q15mulr_s',
      'i16x8.relaxed_dot_i8x16_i7x16_s',
      'i8x16.swizzle',
      'i8x16.eq',
      'f64x2.ge',
    ],
    ...['v128.xor', 'i64x2.extmul_high_i32x4_u', 'f32x4.pmax', 'f64x2.pmax'],
  ]
    .map((name) => `(drop (${name} ${vector} ${vector}))`)
    .join('\n')}
    ${[
      ...['f32x4.relaxed_madd', 'f32x4.relaxed_nmadd', 'f64x2.relaxed_madd', 'f64x2.relaxed_nmadd'],
      ...['i8x16', 'i16x8', 'i32x4', 'i64x2'].map((shape) => `${shape}.relaxed_laneselect`),
      ...['i32x4.relaxed_dot_i8x16_i7x16_add_s', 'v128.bitselect'],
    ]
      .map((name) => `(drop (${name} ${vector} ${vector} ${vector}))`)
      .join('\n')}
    ${[
      ...['i32x4.relaxed_trunc_f32x4_s', 'i32x4.relaxed_trunc_f32x4_u', 'i32x4.relaxed_trunc_f64x2_s_zero'],
      ...[
        'i32x4.relaxed_trunc_f64x2_u_zero',
        'f64x2.promote_low_f32x4',
        'f64x2.convert_low_i32x4_u',
        'i8x16.abs',
      ],
    ]
      .map((name) => `(drop (${name} ${vector}))`)
      .join('\n')}
    ${['i8x16', 'i16x8', 'i32x4', 'i64x2', 'f32x4', 'f64x2']
      .map((shape) => {
        const lane = shape === 'i8x16' || shape === 'i16x8' ? 'extract_lane_u' : 'extract_lane';
        return `(drop (${shape}.replace_lane 1 ${vector} (${shape}.${lane} 1 ${vector})))`;
      })
      .join('\n')})`;
