import type { Choices } from './choices.js';

/** Types of values, as text. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref' | '(ref null $t1)';

export interface FunctionType {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface Named<Type> {
  readonly name: string;
  readonly type: Type;
}

/** A memory, or a table. */
export interface Sized {
  readonly name: string;
  readonly address: 'i32' | 'i64';
  /** It is larger than what a bulk instruction does at once. */
  readonly isLarge?: boolean;
  readonly element?: ValueType;
}

/** What the code of a module may name. */
export interface Scope {
  readonly types: readonly FunctionType[];
  readonly functions: readonly Named<FunctionType>[];
  readonly globals: readonly Named<ValueType>[];
  readonly constants: readonly Named<ValueType>[];
  readonly memories: readonly Sized[];
  readonly tables: readonly Sized[];
  readonly tags: readonly Named<readonly ValueType[]>[];
  readonly data: readonly string[];
  readonly elements: readonly Named<ValueType>[];
  /** `try`, `catch` and `delegate`, which V8 does not run in one module with `try_table`. */
  readonly hasLegacyExceptions: boolean;
}

interface Label {
  readonly name: string;
  readonly types: readonly ValueType[];
}

/** `(if (fuel) …)`: all that could go on for ever uses some. */
export const fuel = '(i32.gt_s (global.get $fuel) (i32.const 0))';
const useFuel = '(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))';

const loads = {
  i32: ['i32.load', 'i32.load8_s', 'i32.load8_u', 'i32.load16_s', 'i32.load16_u'],
  i64: ['i64.load', 'i64.load8_s', 'i64.load8_u', 'i64.load16_s', 'i64.load32_s', 'i64.load32_u'],
  v128: ['v128.load', 'v128.load8x8_s', 'v128.load16x4_u', 'v128.load32_splat', 'v128.load64_zero'],
} as const;
const stores = {
  i32: ['i32.store', 'i32.store8', 'i32.store16'],
  i64: ['i64.store', 'i64.store8', 'i64.store16', 'i64.store32'],
  v128: ['v128.store'],
} as const;
const binary = {
  i32: 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'.split(' '),
  f32: 'add sub mul div min max copysign'.split(' '),
  comparison: 'eq ne lt_s lt_u gt_s gt_u le_s ge_u'.split(' '),
  floatComparison: 'eq ne lt gt le ge'.split(' '),
  vector: [
    ...[
      'i8x16.add',
      'i16x8.mul',
      'i32x4.dot_i16x8_s',
      'i8x16.swizzle',
      'i64x2.extmul_low_i32x4_u',
      'v128.xor',
    ],
    ...['i8x16.narrow_i16x8_s', 'i8x16.relaxed_swizzle', 'i16x8.relaxed_q15mulr_s', 'f32x4.lt', 'i64x2.ge_s'],
    ...['i16x8.relaxed_dot_i8x16_i7x16_s', 'i16x8.avgr_u'],
  ],
} as const;
const vectorUnary = ['v128.not', 'i8x16.popcnt', 'i32x4.abs', 'i64x2.extend_low_i32x4_s', 'i16x8.neg'];
const vectorUnaryOfFloats = ['i32x4.trunc_sat_f32x4_s', 'i32x4.relaxed_trunc_f32x4_u'];
const vectorTernary = ['v128.bitselect', 'i8x16.relaxed_laneselect', 'i32x4.relaxed_dot_i8x16_i7x16_add_s'];
const atomicOperations = 'add sub and or xor xchg'.split(' ');

/** Writes code of one function that is valid whatever is chosen. */
export class CodeGenerator {
  readonly #choices: Choices;
  readonly #scope: Scope;
  readonly #locals: readonly Named<ValueType>[];
  readonly #results: readonly ValueType[];
  #labels: readonly Label[] = [];
  #names = 0;

  constructor(
    choices: Choices,
    scope: Scope,
    locals: readonly Named<ValueType>[],
    results: readonly ValueType[],
  ) {
    this.#choices = choices;
    this.#scope = scope;
    this.#locals = locals;
    this.#results = results;
  }

  body(depth: number): string {
    const statements = this.#statements(depth);
    if (this.#choices.oneIn(5)) return `${statements} ${this.#tailCall(depth)}`;
    return `${statements} ${this.#values(this.#results, depth).join(' ')}`;
  }

  #statements(depth: number): string {
    const count = this.#choices.below(4);
    return Array.from({ length: count }, () => this.#statement(depth - 1)).join(' ');
  }

  #values(types: readonly ValueType[], depth: number): string[] {
    return types.map((type) => this.#value(type, depth - 1));
  }

  #value(type: ValueType, depth: number): string {
    if (depth <= 0 || this.#choices.isOver) return this.#leaf(type);
    switch (this.#choices.below(12)) {
      case 0:
      case 1:
        return this.#leaf(type);
      case 2:
        return this.#call(type, depth) ?? this.#leaf(type);
      case 3:
        return this.#structured([type], depth);
      case 4:
        return `(select (result ${type}) ${this.#values([type, type, 'i32'], depth).join(' ')})`;
      case 5:
        return this.#choices.oneIn(3) ? this.#leave(depth) : this.#operation(type, depth);
      default:
        return this.#operation(type, depth);
    }
  }

  #leaf(type: ValueType): string {
    const choices = this.#choices;
    const local = this.#locals.filter((each) => each.type === type);
    const global = [...this.#scope.globals, ...this.#scope.constants].filter((each) => each.type === type);
    if (local.length > 0 && choices.oneIn(2)) return `(local.get ${choices.pick(local).name})`;
    if (global.length > 0 && choices.oneIn(3)) return `(global.get ${choices.pick(global).name})`;
    return this.#constant(type);
  }

  #constant(type: ValueType): string {
    const choices = this.#choices;
    const wide = (): string =>
      choices.oneIn(3) ? `${choices.i32()}${choices.below(256)}` : `${choices.i32()}`;
    switch (type) {
      case 'i32':
        return `(i32.const ${choices.i32()})`;
      case 'i64':
        return `(i64.const ${wide()})`;
      case 'f32':
        return `(f32.const ${choices.i32()}.5)`;
      case 'f64':
        return `(f64.const ${choices.pick(['0', '-0', '1.5', '-inf', '1e300', '-2147483649', '4e18'])})`;
      case 'v128':
        return `(v128.const i64x2 ${wide()} ${wide()})`;
      case 'externref':
        return '(ref.null extern)';
      case 'funcref':
        return choices.oneIn(3)
          ? '(ref.null func)'
          : `(ref.func ${choices.pick(this.#scope.functions).name})`;
      case '(ref null $t1)': {
        const fitting = this.#scope.functions.filter((each) => each.type.name === '$t1');
        return choices.oneIn(4) ? '(ref.null $t1)' : `(ref.func ${choices.pick(fitting).name})`;
      }
    }
  }

  #operation(type: ValueType, depth: number): string {
    const choices = this.#choices;
    const value = (of: ValueType): string => this.#value(of, depth - 1);
    const tables = this.#scope.tables.filter(({ element }) => element === type);
    switch (type) {
      case 'i32':
        return this.#i32(depth);
      case 'i64':
        switch (choices.below(8)) {
          case 0:
            return this.#load('i64', depth);
          case 1:
            return `(i64.extend_i32_${choices.pick(['s', 'u'])} ${value('i32')})`;
          case 2:
            return `(i64.${choices.pick(['clz', 'popcnt', 'extend8_s', 'extend32_s'])} ${value('i64')})`;
          case 3:
            return `(i64.trunc_sat_f64_${choices.pick(['s', 'u'])} ${value('f64')})`;
          case 4:
            return `(i64x2.extract_lane ${choices.below(2)} ${value('v128')})`;
          case 5:
            return this.#sizeOrGrow('i64', depth) ?? this.#leaf(type);
          case 6:
            return `(i64.reinterpret_f64 ${value('f64')})`;
          default:
            return `(i64.${choices.pick(binary.i32)} ${value('i64')} ${value('i64')})`;
        }
      case 'f32':
        return `(call $number32 (f32.${choices.pick(binary.f32)} ${value('f32')} ${value('f32')}))`;
      case 'f64':
        return choices.oneIn(3)
          ? `(f64.convert_i64_s ${value('i64')})`
          : `(call $number64 (f64.${choices.pick(binary.f32)} ${value('f64')} ${value('f64')}))`;
      case 'v128':
        switch (choices.below(6)) {
          case 0:
            return this.#load('v128', depth);
          case 1:
            return `(i32x4.splat ${value('i32')})`;
          case 2:
            return `(${choices.pick(vectorUnary)} ${value('v128')})`;
          case 3:
            return `(${choices.pick(vectorTernary)} ${value('v128')} ${value('v128')} ${value('v128')})`;
          case 4:
            return `(i8x16.shuffle ${Array.from({ length: 16 }, () => choices.below(32)).join(' ')} ${value('v128')} ${value('v128')})`;
          default:
            return choices.oneIn(4)
              ? `(${choices.pick(vectorUnaryOfFloats)} (f32x4.splat ${value('f32')}))`
              : `(${choices.pick(binary.vector)} ${value('v128')} ${value('v128')})`;
        }
      default:
        if (tables.length === 0) return this.#leaf(type);
        return `(table.get ${this.#table(tables, depth)})`;
    }
  }

  #i32(depth: number): string {
    const choices = this.#choices;
    const value = (of: ValueType): string => this.#value(of, depth - 1);
    switch (choices.below(14)) {
      case 0:
      case 1:
        return this.#load('i32', depth);
      case 2:
        return this.#sizeOrGrow('i32', depth) ?? this.#leaf('i32');
      case 3:
        return `(ref.is_null ${value(choices.pick(['funcref', 'externref', '(ref null $t1)'] as const))})`;
      case 4:
        return `(i64.${choices.pick(binary.comparison)} ${value('i64')} ${value('i64')})`;
      case 5:
        return `(f64.${choices.pick(binary.floatComparison)} ${value('f64')} ${value('f64')})`;
      case 6:
        return `(i32.wrap_i64 ${value('i64')})`;
      case 7:
        return `(i8x16.extract_lane_s ${choices.below(16)} ${value('v128')})`;
      case 8:
        return `(i32.trunc_f64_s ${value('f64')})`;
      case 9:
        return this.#atomic(depth);
      case 10:
        return `(i32.${choices.pick(['eqz', 'clz', 'ctz', 'popcnt', 'extend8_s'])} ${value('i32')})`;
      case 11:
        return this.#onNull(depth);
      default:
        return `(i32.${choices.pick([...binary.i32, ...binary.comparison])} ${value('i32')} ${value('i32')})`;
    }
  }

  #onNull(depth: number): string {
    const name = this.#name();
    const reference = this.#value('(ref null $t1)', depth - 1);
    return this.#choices.oneIn(2)
      ? `(block ${name} (result i32) (drop (br_on_null ${name} (i32.const 3) ${reference})) (drop) (i32.const 4))`
      : `(ref.is_null (block ${name} (result (ref null $t1)) (br_on_non_null ${name} ${reference}) (ref.null $t1)))`;
  }

  #address({ address }: Sized, depth: number): string {
    const choices = this.#choices;
    const value = this.#value(address, depth - 1);
    if (choices.oneIn(12)) return value;
    return `(${address}.and ${value} (${address}.const ${choices.pick([0xfff0, 0x7f8, 0xfffff])}))`;
  }

  #argument(): string {
    const offset = this.#choices.pick([0, 0, 8, 0x100, 0xfff0, 0xffff_ffff]);
    return offset === 0 ? '' : `offset=${offset}`;
  }

  #load(type: keyof typeof loads, depth: number): string {
    const memory = this.#choices.pick(this.#scope.memories);
    return `(${this.#choices.pick(loads[type])} ${memory.name} ${this.#argument()} ${this.#address(memory, depth)})`;
  }

  #store(depth: number): string {
    const choices = this.#choices;
    const memory = choices.pick(this.#scope.memories);
    const type = choices.pick(['i32', 'i64', 'v128'] as const);
    const address = this.#address(memory, depth);
    const value = this.#value(type, depth - 1);
    if (type === 'v128' && choices.oneIn(2)) {
      return `(v128.store16_lane ${memory.name} ${this.#argument()} ${choices.below(8)} ${address} ${value})`;
    }
    return `(${choices.pick(stores[type])} ${memory.name} ${this.#argument()} ${address} ${value})`;
  }

  #atomic(depth: number): string {
    const choices = this.#choices;
    const memory = choices.pick(this.#scope.memories);
    const { address } = memory;
    const at = `(${address}.and ${this.#address(memory, depth)} (${address}.const -8))`;
    const value = this.#value('i32', depth - 1);
    switch (choices.below(4)) {
      case 0:
        return `(i32.atomic.rmw8.cmpxchg_u ${memory.name} ${at} ${value} ${this.#value('i32', depth - 1)})`;
      case 1:
        return `(memory.atomic.notify ${memory.name} ${at} ${value})`;
      case 2:
        return `(i32.wrap_i64 (i64.atomic.load ${memory.name} ${at}))`;
      default:
        return `(i32.atomic.rmw.${choices.pick(atomicOperations)} ${memory.name} ${at} ${value})`;
    }
  }

  #sizeOrGrow(address: 'i32' | 'i64', depth: number): string | undefined {
    const choices = this.#choices;
    const sized = (from: readonly Sized[]): Sized | undefined => {
      const fitting = from.filter((each) => each.address === address);
      return fitting.length === 0 ? undefined : choices.pick(fitting);
    };
    const [memory, table] = [sized(this.#scope.memories), sized(this.#scope.tables)];
    const delta = choices.oneIn(6)
      ? this.#value(address, depth - 1)
      : `(${address}.const ${choices.pick([0, 1, 2, -1, 65_535])})`;
    switch (choices.below(4)) {
      case 0:
        return memory && `(memory.size ${memory.name})`;
      case 1:
        return memory && `(memory.grow ${memory.name} ${delta})`;
      case 2:
        return table && `(table.size ${table.name})`;
      default:
        return (
          table && `(table.grow ${table.name} ${this.#value(table.element ?? 'funcref', depth - 1)} ${delta})`
        );
    }
  }

  /** A table and an index. */
  #table(tables: readonly Sized[], depth: number): string {
    const table = this.#choices.pick(tables);
    return `${table.name} ${this.#index(table, depth)}`;
  }

  #index({ address }: Sized, depth: number): string {
    const value = this.#value(address, depth - 1);
    return this.#choices.oneIn(8) ? value : `(${address}.and ${value} (${address}.const 3))`;
  }

  /** Call of something whose only result is of the type. */
  #call(type: ValueType, depth: number): string | undefined {
    const { types, functions } = this.#scope;
    const callee = this.#choices.pick(functions);
    const fits = ({ results }: FunctionType): boolean => results.length === 1 && results[0] === type;
    const fitting = functions.filter((each) => fits(each.type));
    const fittingTypes = types.filter(fits);
    let code: string;
    if (fitting.length > 0 && !this.#choices.oneIn(3)) {
      const { name, type: of } = fitting.includes(callee) ? callee : this.#choices.pick(fitting);
      code = `(call ${name} ${this.#values(of.params, depth).join(' ')})`;
    } else if (fittingTypes.length > 0)
      code = this.#callIndirect('', this.#choices.pick(fittingTypes), depth);
    else return undefined;
    return `(if (result ${type}) ${fuel} (then ${useFuel} ${code}) (else ${this.#leaf(type)}))`;
  }

  #callIndirect(kind: '' | 'return_', type: FunctionType, depth: number): string {
    const args = this.#values(type.params, depth).join(' ');
    if (type.name === '$t1' && this.#choices.oneIn(2)) {
      return `(${kind}call_ref $t1 ${args} ${this.#value('(ref null $t1)', depth - 1)})`;
    }
    const tables = this.#scope.tables.filter(({ element }) => element === 'funcref');
    const table = this.#choices.pick(tables);
    return `(${kind}call_indirect ${table.name} (type ${type.name}) ${args} ${this.#index(table, depth)})`;
  }

  #tailCall(depth: number): string {
    const same = (types: readonly ValueType[]): boolean => types.join() === this.#results.join();
    const functions = this.#scope.functions.filter(({ type }) => same(type.results));
    const types = this.#scope.types.filter(({ results }) => same(results));
    const plain = this.#values(this.#results, depth).join(' ');
    let code: string;
    if (functions.length > 0 && !this.#choices.oneIn(3)) {
      const { name, type } = this.#choices.pick(functions);
      code = `(return_call ${name} ${this.#values(type.params, depth).join(' ')})`;
    } else if (types.length > 0) code = this.#callIndirect('return_', this.#choices.pick(types), depth);
    else return plain;
    return `(if ${fuel} (then ${useFuel} ${code})) ${plain}`;
  }

  /** Leaves the block, so that it has any type. */
  #leave(depth: number): string {
    const choices = this.#choices;
    const exits = [
      ...this.#labels.map((label) => () => this.#branch(label, depth)),
      () => `(return ${this.#values(this.#results, depth).join(' ')})`,
      () => this.#throw(depth),
      () => (choices.oneIn(3) ? '(unreachable)' : `(return ${this.#values(this.#results, depth).join(' ')})`),
    ];
    return choices.pick(exits)();
  }

  #branch(label: Label, depth: number): string {
    const values = this.#values(label.types, depth).join(' ');
    const alike = this.#labels.filter(({ types }) => types.join() === label.types.join());
    if (this.#choices.oneIn(2)) return `(br ${label.name} ${values})`;
    const names = Array.from({ length: 1 + this.#choices.below(4) }, () => this.#choices.pick(alike).name);
    return `(br_table ${names.join(' ')} ${values} ${this.#value('i32', depth - 1)})`;
  }

  #throw(depth: number): string {
    const { name, type } = this.#choices.pick(this.#scope.tags);
    return `(throw ${name} ${this.#values(type, depth).join(' ')})`;
  }

  #name(): string {
    return `$l${this.#names++}`;
  }

  #inLabel<T>(label: Label, make: () => T): T {
    const outer = this.#labels;
    this.#labels = [...outer, label];
    const made = make();
    this.#labels = outer;
    return made;
  }

  #sequence(types: readonly ValueType[], depth: number): string {
    return `${this.#statements(depth)} ${this.#values(types, depth).join(' ')}`;
  }

  /** A block of any kind that leaves values of these types. */
  #structured(types: readonly ValueType[], depth: number): string {
    const choices = this.#choices;
    const label = { name: this.#name(), types };
    const result = types.length === 0 ? '' : `(result ${types.join(' ')})`;
    const sequence = (): string => this.#sequence(types, depth - 1);
    switch (choices.below(6)) {
      case 0:
        return this.#inLabel(label, () => `(block ${label.name} ${result} ${sequence()})`);
      case 1: {
        const condition = this.#value('i32', depth - 1);
        return this.#inLabel(
          label,
          () => `(if ${label.name} ${result} ${condition} (then ${sequence()}) (else ${sequence()}))`,
        );
      }
      case 2:
        return this.#loop(types, depth);
      case 3:
        return this.#inLabel(label, () => {
          const drop = '(drop)'.repeat(types.length);
          const branch = `(br_if ${label.name} ${this.#values(types, depth).join(' ')} ${this.#value('i32', depth - 1)})`;
          return `(block ${label.name} ${result} ${branch} ${drop} ${sequence()})`;
        });
      default:
        return this.#scope.hasLegacyExceptions ? this.#try(types, depth) : this.#tryTable(types, depth);
    }
  }

  /** Takes a number and goes on as long as there is fuel. */
  #loop(types: readonly ValueType[], depth: number): string {
    const name = this.#name();
    const result = types.length === 0 ? '' : `(result ${types.join(' ')})`;
    const again = this.#choices.oneIn(2) ? '(i32.const 1)' : this.#value('i32', depth - 1);
    // A label of a loop takes what the loop takes; it may be left out there, since code behind an uncertain end has any type.
    const body = this.#inLabel({ name: `${name}x`, types }, () => this.#sequence(types, depth - 1));
    return `(block ${name}x ${result} (i32.const 0) (loop ${name} (param i32) ${result}
      (i32.const 1) (i32.add) (drop) ${useFuel}
      (if ${fuel} (then ${this.#statement(depth - 1)} (br_if ${name} (i32.const 5) ${again}) (drop))) ${body}))`;
  }

  #tryTable(types: readonly ValueType[], depth: number): string {
    const choices = this.#choices;
    const [all, some, out] = [this.#name(), this.#name(), this.#name()];
    const tag = choices.pick(this.#scope.tags);
    const result = types.length === 0 ? '' : `(result ${types.join(' ')})`;
    const caught = tag.type.length === 0 ? '' : `(result ${tag.type.join(' ')})`;
    const body = this.#inLabel({ name: out, types }, () => this.#sequence(types, depth - 1));
    const rest = (): string => this.#values(types, depth).join(' ');
    const again = choices.oneIn(3) ? '(throw_ref)' : '(drop)';
    return `(block ${out} ${result}
      (block ${all} (result exnref)
        (block ${some} ${caught}
          (try_table ${result} (catch ${tag.name} ${some}) (catch_all_ref ${all}) ${body})
          (br ${out}))
        ${'(drop)'.repeat(tag.type.length)} (br ${out} ${rest()}))
      ${again} ${rest()})`;
  }

  #try(types: readonly ValueType[], depth: number): string {
    const choices = this.#choices;
    const name = this.#name();
    const tag = choices.pick(this.#scope.tags);
    const result = types.length === 0 ? '' : `(result ${types.join(' ')})`;
    const rest = (): string => this.#values(types, depth).join(' ');
    const body = this.#inLabel({ name, types }, () => this.#sequence(types, depth - 1));
    if (choices.oneIn(3)) {
      return `(block ${result} try ${result} try ${name} ${result} ${body} delegate 0 catch_all ${rest()} end)`;
    }
    const all = choices.oneIn(3) ? 'rethrow 0' : rest();
    return `(block ${result} try ${name} ${result} ${body}
      catch ${tag.name} ${'drop '.repeat(tag.type.length)} ${rest()} catch_all ${all} end)`;
  }

  #statement(depth: number): string {
    const choices = this.#choices;
    if (depth <= 0 || choices.isOver) return '(nop)';
    const { globals, functions, memories, tables, data, elements } = this.#scope;
    switch (choices.below(14)) {
      case 0: {
        const { name, type } = choices.pick(this.#locals);
        return `(local.set ${name} ${this.#value(type, depth)})`;
      }
      case 1: {
        const { name, type } = choices.pick(globals);
        return `(global.set ${name} ${this.#value(type, depth)})`;
      }
      case 2:
      case 3:
        return this.#store(depth);
      case 4:
      case 5: {
        const { name, type } = choices.pick(functions);
        const call = `(call ${name} ${this.#values(type.params, depth).join(' ')})`;
        return `(if ${fuel} (then ${useFuel} ${call} ${'(drop)'.repeat(type.results.length)}))`;
      }
      case 6:
        return this.#structured([], depth);
      case 7:
        return `(if ${this.#value('i32', depth)} (then ${this.#leave(depth - 1)}))`;
      case 8: {
        const to = choices.pick(memories);
        return `(memory.fill ${to.name} ${this.#address(to, depth)} ${this.#value('i32', depth)} ${this.#length(to)})`;
      }
      case 9: {
        const [to, from] = [choices.pick(memories), choices.pick(memories)];
        const shorter = from.address === 'i32' ? from : to;
        return `(memory.copy ${to.name} ${from.name} ${this.#address(to, depth)} ${this.#address(from, depth)} ${this.#length(shorter)})`;
      }
      case 10: {
        const segment = choices.pick(data);
        if (choices.oneIn(6)) return `(data.drop ${segment})`;
        const to = choices.pick(memories);
        return `(memory.init ${to.name} ${segment} ${this.#address(to, depth)} (i32.const ${choices.below(4)}) (i32.const ${choices.below(8)}))`;
      }
      case 11: {
        const table = choices.pick(tables);
        const [index, element] = [this.#index(table, depth), table.element ?? 'funcref'];
        const count = `(${table.address}.const ${choices.below(3)})`;
        return choices.oneIn(2)
          ? `(table.fill ${table.name} ${index} ${this.#value(element, depth)} ${count})`
          : `(table.set ${table.name} ${index} ${this.#value(element, depth)})`;
      }
      case 12: {
        const to = choices.pick(tables);
        const from = choices.pick(tables.filter(({ element }) => element === to.element));
        const shorter = from.address === 'i32' ? from : to;
        return `(table.copy ${to.name} ${from.name} ${this.#index(to, depth)} ${this.#index(from, depth)} (${shorter.address}.const ${choices.below(3)}))`;
      }
      default: {
        const segment = choices.pick(elements);
        if (choices.oneIn(6)) return `(elem.drop ${segment.name})`;
        const to = choices.pick(tables.filter(({ element }) => element === segment.type));
        return `(table.init ${to.name} ${segment.name} ${this.#index(to, depth)} (i32.const ${choices.below(2)}) (i32.const ${choices.below(3)}))`;
      }
    }
  }

  /** Some are beyond what is done at once. */
  #length({ address, isLarge }: Sized): string {
    const length = isLarge
      ? this.#choices.pick([3, 4096, 4097, 1_048_576, 1_048_577, 2_500_000, 40_000_000])
      : this.#choices.pick([0, 3, 64, 4096, 4097, 60_000, 70_000, 1_048_600]);
    return `(${address}.const ${length})`;
  }
}
