import type { Encoding } from '../encode.js';
import { layoutOf, type Pointer, signatureOf } from '../layout.js';
import { type Func, TypeText } from '../type-text.js';
import { memoryModule, memoryOptions, paramText, type ReallocMode, resultText } from './core-text.js';

export interface Relay {
  /** What it imports the functions from. */
  readonly from: string;
  readonly encoding: Encoding;
  readonly realloc: ReallocMode;
  /** Of its memory; 32 bits by default. */
  readonly pointer?: Pointer | undefined;
  /** What happens after a result was read: nothing, a call that does nothing, or a trap. */
  readonly postReturn?: 'quiet' | 'trap' | undefined;
}

/**
 * The inside of a component that exports the functions that it imports: each call goes through its memory, in its encoding, and comes back
 * the same way.
 */
export function relayText(
  funcs: readonly Func[],
  { from, encoding, realloc, pointer = 'i32', postReturn }: Relay,
): string {
  const types = new TypeText(funcs);
  const options = `${memoryOptions} string-encoding=${encoding}`;
  const lowers = funcs.map(
    ({ name }) => `(core func $l-${name} (canon lower (func $i "${name}") ${options}))`,
  );
  const given = funcs.map(({ name }) => `(export "${name}" (func $l-${name}))`);
  const lifts = funcs.map((func) => {
    const post = postReturn && func.result ? ` (post-return (core func $m "post-${func.name}"))` : '';
    return `(func (export "${func.name}") ${types.signature(func)}
      (canon lift (core func $m "${func.name}") ${options}${post}))`;
  });
  return [
    types.importInstance(from),
    memoryModule(realloc, undefined, undefined, pointer),
    '(core instance $mem (instantiate $mem))',
    ...lowers,
    `(core module $m
      (import "m" "alloc" (func $alloc (param ${pointer} ${pointer}) (result ${pointer})))
      ${funcs.map((func) => importText(func, pointer)).join('\n')}
      ${funcs.map((func) => exportText(func, pointer)).join('\n')}
      ${funcs.map((func) => postText(func, postReturn, pointer)).join('\n')})`,
    `(core instance $m (instantiate $m (with "m" (instance $mem)) (with "i" (instance ${given.join(' ')}))))`,
    types.reexport(),
    ...lifts,
  ].join('\n');
}

function importText({ name, params, result }: Func, pointer: Pointer): string {
  const core = signatureOf(params, result, 'lower', pointer);
  return `(import "i" "${name}" (func $${name} ${paramText(core.params)} ${resultText(core.results)}))`;
}

function exportText({ name, params, result }: Func, pointer: Pointer): string {
  const core = signatureOf(params, result, 'lift', pointer);
  const passed = core.params.map((_, i) => `(local.get ${i})`).join(' ');
  const head = `(func (export "${name}") ${paramText(core.params)} ${resultText(core.results)}`;
  if (!core.spillsResult || result === undefined) return `${head} (call $${name} ${passed}))`;
  const { size, align } = layoutOf(result, pointer);
  return `${head} (local $result ${pointer})
    (local.set $result (call $alloc (${pointer}.const ${size}) (${pointer}.const ${align})))
    (call $${name} ${passed} (local.get $result))
    (local.get $result))`;
}

function postText({ name, params, result }: Func, postReturn: Relay['postReturn'], pointer: Pointer): string {
  if (postReturn === undefined || result === undefined) return '';
  const { results } = signatureOf(params, result, 'lift', pointer);
  return `(func (export "post-${name}") ${paramText(results)} ${postReturn === 'trap' ? 'unreachable' : ''})`;
}
