import type { WitType } from '@wasmlattice/rpc';
import { type CoreValue, constantOf, Data, type Encoding } from '../encode.js';
import { signatureOf } from '../layout.js';
import { anyPlain } from '../plain.js';
import type { Random } from '../random.js';
import { type Func, TypeText } from '../type-text.js';
import { memoryModule, memoryOptions, paramText, resultText } from './core-text.js';

/** Where the values begin; below is nothing. */
const base = 1024;

/**
 * The inside of a component that gives out values that lie in its memory, or are constants of its code: encoded right, then changed
 * here and there, so that they may be no values at all.
 */
export function rawResultsText(random: Random, funcs: readonly Func[], encoding: Encoding): string {
  const data = new Data(base, encoding);
  const bodies = funcs.map(({ name, result }) => {
    if (result === undefined) return `(func (export "${name}"))`;
    const { results, spillsResult } = signatureOf([], result, 'lift');
    const head = `(func (export "${name}") ${resultText(results)}`;
    const plain = anyPlain(random, result);
    if (!spillsResult) return `${head} ${constants(random, data.flat(result, plain))})`;
    return `${head} (i32.const ${shiftAddress(random, data.put(result, plain))}))`;
  });
  const types = new TypeText(funcs);
  return [
    types.define(),
    memoryWith(random, data),
    '(core instance $mem (instantiate $mem))',
    `(core module $m ${bodies.join('\n')})`,
    '(core instance $m (instantiate $m))',
    ...funcs.map(
      (func) => `(func (export "${func.name}") ${types.signature(func)}
        (canon lift (core func $m "${func.name}") ${memoryOptions} string-encoding=${encoding}))`,
    ),
  ].join('\n');
}

/** The inside of a component that calls functions of its import with such values: `send-NAME` calls `NAME`, and leaves its result alone. */
export function rawParamsText(
  random: Random,
  funcs: readonly Func[],
  { from, encoding }: { readonly from: string; readonly encoding: Encoding },
): string {
  const data = new Data(base, encoding);
  const bodies = funcs.map(({ name, params, result }) => {
    const { spillsParams, spillsResult, results } = signatureOf(params, result, 'lower');
    const passed = paramsText(random, data, params, spillsParams);
    const target = spillsResult ? '(i32.const 65536)' : '';
    const drop = results.map(() => 'drop').join(' ');
    return `(func (export "send-${name}") (call $${name} ${passed} ${target}) ${drop})`;
  });
  const imports = funcs.map(({ name, params, result }) => {
    const core = signatureOf(params, result, 'lower');
    return `(import "i" "${name}" (func $${name} ${paramText(core.params)} ${resultText(core.results)}))`;
  });
  const types = new TypeText(funcs);
  const options = `${memoryOptions} string-encoding=${encoding}`;
  const given = funcs.map(({ name }) => `(export "${name}" (func $l-${name}))`);
  return [
    types.importInstance(from),
    memoryWith(random, data),
    '(core instance $mem (instantiate $mem))',
    ...funcs.map(({ name }) => `(core func $l-${name} (canon lower (func $i "${name}") ${options}))`),
    `(core module $m ${imports.join('\n')} ${bodies.join('\n')})`,
    `(core instance $m (instantiate $m (with "i" (instance ${given.join(' ')}))))`,
    ...funcs.map(({ name }) => `(func (export "send-${name}") (canon lift (core func $m "send-${name}")))`),
  ].join('\n');
}

function paramsText(random: Random, data: Data, types: readonly WitType[], spills: boolean): string {
  const plains = types.map((type) => anyPlain(random, type));
  if (spills) return `(i32.const ${shiftAddress(random, data.putAll(types, plains))})`;
  return constants(
    random,
    types.flatMap((type, i) => data.flat(type, plains[i] ?? '')),
  );
}

/** One value in six is changed. */
function constants(random: Random, values: readonly CoreValue[]): string {
  return values
    .map((value) =>
      constantOf(random.percent(84) ? value : { ...value, bits: changedBits(random, value.bits) }),
    )
    .join(' ');
}

function changedBits(random: Random, bits: bigint): bigint {
  switch (random.below(4)) {
    case 0:
      return bits ^ (1n << BigInt(random.below(64)));
    case 1:
      return bits + BigInt(random.between(-2, 2));
    case 2:
      return BigInt(random.below(300));
    default:
      return random.u64();
  }
}

/** Most addresses stay; some are between two values, some beyond the memory. */
function shiftAddress(random: Random, address: number): number {
  if (random.percent(94)) return address;
  return random.pick([address + random.between(1, 8), 16 * 65536 - random.below(16), 0xffff_fff8]);
}

/** The memory with the values in it, of which a few bytes are changed. */
function memoryWith(random: Random, data: Data): string {
  const { length } = data.bytes;
  if (length > 0 && random.percent(60)) {
    for (let changes = random.between(1, 4); changes > 0; changes--) {
      data.overwrite(base + random.below(length), random.percent(50) ? random.below(4) : random.below(256));
    }
  }
  const hex = Array.from(data.bytes, (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return memoryModule('bump', data.end + 8, `(data (i32.const ${base}) "${hex}")`);
}
