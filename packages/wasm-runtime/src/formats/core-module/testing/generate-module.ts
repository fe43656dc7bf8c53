import { Choices } from './choices.js';
import {
  CodeGenerator,
  type FunctionType,
  type Named,
  type Scope,
  type Sized,
  type ValueType,
} from './generate-code.js';

/** A module as text, with all that it has exported. */
export interface GeneratedModule {
  readonly text: string;
  /** Exports that take numbers, and can be called. */
  readonly functions: readonly { readonly name: string; readonly params: readonly ValueType[] }[];
  readonly globals: readonly string[];
  readonly memories: readonly string[];
  readonly tables: readonly (Pick<Sized, 'address'> & { readonly name: string })[];
  readonly importsMemory: boolean;
}

const types: readonly FunctionType[] = [
  { name: '$t0', params: [], results: [] },
  { name: '$t1', params: ['i32'], results: ['i32'] },
  { name: '$t2', params: ['i64', 'f64'], results: ['i32', 'i64'] },
  { name: '$t3', params: ['v128', 'i32'], results: ['v128'] },
  { name: '$t4', params: ['i32', 'i64', 'f32'], results: ['i64'] },
  { name: '$t5', params: ['funcref', 'externref'], results: ['funcref'] },
  { name: '$t6', params: ['f64'], results: ['f64'] },
];
const [none, unary] = types as readonly [FunctionType, FunctionType];

/** What the host gives; `$owned` belongs to another module. */
const imports: readonly (Named<FunctionType> & { readonly field: string })[] = [
  { name: '$log', field: 'log', type: { name: '$host0', params: ['i32', 'i64'], results: [] } },
  { name: '$ask', field: 'ask', type: unary },
  { name: '$pair', field: 'pair', type: { name: '$host1', params: ['f64'], results: ['i32', 'i64'] } },
];

const globals: readonly Named<ValueType>[] = [
  { name: '$shared', type: 'i64' },
  { name: '$a', type: 'i32' },
  { name: '$b', type: 'i64' },
  { name: '$c', type: 'f64' },
  { name: '$d', type: 'v128' },
  { name: '$e', type: 'funcref' },
  { name: '$f', type: '(ref null $t1)' },
];

const tags: readonly Named<readonly ValueType[]>[] = [
  { name: '$given', type: ['i32'] },
  { name: '$own', type: [] },
  { name: '$wide', type: ['i64', 'f64'] },
];

const params = (each: readonly ValueType[]): string => (each.length === 0 ? '' : `(param ${each.join(' ')})`);
const results = (each: readonly ValueType[]): string =>
  each.length === 0 ? '' : `(result ${each.join(' ')})`;

export function generateModule(bytes: Uint8Array): GeneratedModule {
  const choices = new Choices(bytes);
  const importsMemory = choices.oneIn(3);
  const memories = chooseMemories(choices, importsMemory);
  const tables: readonly Sized[] = [
    { name: '$given-table', address: 'i32', element: 'funcref' },
    { name: '$calls', address: 'i32', element: 'funcref' },
    { name: '$wide-calls', address: 'i64', element: 'funcref' },
    { name: '$externs', address: 'i32', element: 'externref' },
    { name: '$typed', address: 'i32', element: '(ref null $t1)' },
  ];
  const functions = [
    none,
    unary,
    ...Array.from({ length: 2 + choices.below(4) }, () => choices.pick(types)),
  ].map((type, index) => ({ name: `$f${index}`, type }));
  const scope: Scope = {
    types,
    functions: [...imports, ...functions],
    globals,
    constants: [
      { name: '$base', type: 'i32' },
      { name: '$sum', type: 'i32' },
    ],
    memories,
    tables,
    tags,
    data: ['$passive', '$active'],
    elements: [
      { name: '$some', type: 'funcref' },
      { name: '$some-typed', type: '(ref null $t1)' },
      { name: '$written', type: 'funcref' },
    ],
    hasLegacyExceptions: choices.oneIn(2),
  };
  const code = functions.map(({ name, type }) => writeFunction(choices, scope, name, type));
  const callable = functions.filter(({ type }) => ![...type.params, ...type.results].includes('v128'));
  const first = memories[0] as Sized;
  const written = choices.oneIn(8) ? 65_530 : choices.below(200);
  return {
    importsMemory,
    functions: callable.map(({ name, type }) => ({ name, params: type.params })),
    globals: globals.filter(({ type }) => type !== 'v128').map(({ name }) => name),
    memories: memories.map(({ name }) => name),
    tables,
    text: `(module $generated
      ${types.map((type) => `(type ${type.name} (func ${params(type.params)} ${results(type.results)}))`).join('\n')}
      ${importsMemory ? '(import "owner" "memory" (memory $owned 1))' : ''}
      ${imports.map(({ name, field, type }) => `(import "host" "${field}" (func ${name} ${params(type.params)} ${results(type.results)}))`).join('\n')}
      (import "host" "base" (global $base i32)) (import "host" "shared" (global $shared (mut i64)))
      (import "host" "table" (table $given-table 4 20 funcref)) (import "host" "tag" (tag $given (param i32)))
      ${memories.map(({ name, address, isLarge }) => (name === '$owned' ? '' : `(memory ${name} ${address} ${isLarge ? '60 64' : choices.pick(['1 4', '1 9', '2 3'])})`)).join('\n')}
      (table $calls 6 12 funcref) (table $wide-calls i64 5 9 funcref) (table $externs 4 10 externref)
      (table $typed 4 8 (ref null $t1) (ref.func $f1))
      (tag $own) (tag $wide (param i64 f64))
      (global $sum i32 (i32.add (global.get $base) (i32.mul (i32.const 3) (i32.const 8))))
      (global $a (mut i32) (global.get $sum)) (global $b (mut i64) (i64.const -5)) (global $c (mut f64) (f64.const 0.5))
      (global $d (mut v128) (v128.const i64x2 1 -1)) (global $e (mut funcref) (ref.func $f0))
      (global $f (mut (ref null $t1)) (ref.func $f1)) (global $fuel (mut i32) (i32.const 60))
      (elem $written (table $calls) (i32.sub (global.get $sum) (global.get $sum)) func ${functions
        .slice(0, 4)
        .map(({ name }) => name)
        .join(' ')})
      (elem (table $wide-calls) (i64.const 1) func $f1 $f0 $ask)
      (elem (table $given-table) (i32.const 2) funcref (ref.func $f1) (ref.null func))
      (elem $some funcref (ref.func $f0) (ref.func $f1) (ref.null func))
      (elem $some-typed (ref null $t1) (ref.func $f1) (ref.null $t1))
      (elem declare func ${scope.functions.map(({ name }) => name).join(' ')})
      (data $passive "passive bytes") (data $active (memory ${first.name}) (${first.address}.const ${written}) "active")
      ${memories.map(({ name, address }) => (address === 'i32' ? `(data (memory ${name}) (offset (i32.add (global.get $sum) (i32.const 70))) "${name}")` : '')).join('\n')}
      (func $number32 (param f32) (result f32) (select (local.get 0) (f32.const 0) (f32.eq (local.get 0) (local.get 0))))
      (func $number64 (param f64) (result f64) (select (local.get 0) (f64.const 0) (f64.eq (local.get 0) (local.get 0))))
      ${code.join('\n')}
      (func (export "refuel") (global.set $fuel (i32.const 60)))
      (func (export "vector") (result i64 i64) (i64x2.extract_lane 0 (global.get $d)) (i64x2.extract_lane 1 (global.get $d)))
      ${scope.functions.map(({ name }) => `(export "${name}" (func ${name}))`).join('\n')}
      ${tags.map(({ name }) => `(export "${name}" (tag ${name}))`).join('\n')}
      ${globals.map(({ name }) => `(export "${name}" (global ${name}))`).join('\n')}
      ${memories.map(({ name }) => `(export "${name}" (memory ${name}))`).join('\n')}
      ${tables.map(({ name }) => `(export "${name}" (table ${name}))`).join('\n')}
      ${choices.oneIn(3) ? '(start $f0)' : ''})`,
  };
}

function chooseMemories(choices: Choices, importsMemory: boolean): Sized[] {
  const own = Array.from(
    { length: (importsMemory ? 0 : 1) + choices.below(3) },
    (_, index): Sized => ({
      name: `$m${index}`,
      address: choices.pick(['i32', 'i64']),
      isLarge: choices.oneIn(4),
    }),
  );
  return importsMemory ? [{ name: '$owned', address: 'i32' }, ...own] : own;
}

function writeFunction(choices: Choices, scope: Scope, name: string, type: FunctionType): string {
  const locals = [...type.params, 'i32', 'i64', 'f64', 'v128', 'funcref', '(ref null $t1)'].map(
    (each, index) => ({
      name: `${index}`,
      type: each as ValueType,
    }),
  );
  const own = locals.slice(type.params.length).map((each) => each.type);
  const code = new CodeGenerator(choices, scope, locals, type.results).body(5);
  return `(func ${name} (type ${type.name}) (local ${own.join(' ')}) ${code})`;
}
