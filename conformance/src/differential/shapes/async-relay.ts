import type { WitType } from '@wasmlattice/rpc';
import type { Encoding } from '../encode.js';
import {
  alignUp,
  type CoreType,
  casesOf,
  fieldsOf,
  flatten,
  layoutOf,
  maxFlatParams,
  signatureOf,
} from '../layout.js';
import { type Func, TypeText } from '../type-text.js';
import { memoryModule, memoryOptions, paramText, type ReallocMode, resultText } from './core-text.js';

/** How an export of asynchronous type is made. The last one lets others have their turn before it gives its result. */
export type LiftForm = 'sync' | 'stackful' | 'callback' | 'yielding';

export interface AsyncRelay {
  /** What it imports the functions from. */
  readonly from: string;
  readonly encoding: Encoding;
  readonly realloc: ReallocMode;
  readonly lift: LiftForm;
  /** Whether it goes on while a function that it calls runs. */
  readonly lowersAsync: boolean;
}

const maxFlatAsyncParams = 4;

/** The state of a subtask that has its result. */
const returned = 2;

/** Where an event is written. */
const eventAt = 16;

/**
 * The inside of a component that exports, as asynchronous functions, the functions that it imports. Where values would have to be taken apart to get
 * across in a form, the function has the simpler one.
 *
 * @param imported the same functions, asynchronous or not
 */
export function asyncRelayText(
  funcs: readonly Func[],
  imported: readonly Func[],
  { from, encoding, realloc, lift, lowersAsync }: AsyncRelay,
): string {
  const types = new TypeText(imported);
  const options = `${memoryOptions} string-encoding=${encoding}`;
  const relays = funcs.map((func, i) => {
    const isLoadable =
      func.result === undefined || flatten(func.result).length > maxFlatParams || isPlain(func.result);
    const passesParams = flatCount(func) <= maxFlatAsyncParams || flatCount(func) > maxFlatParams;
    return {
      func,
      lift: isLoadable ? lift : 'sync',
      isLoweredAsync:
        lowersAsync &&
        imported[i]?.isAsync === true &&
        passesParams &&
        (func.result === undefined || flatten(func.result).length > 1 || isPlain(func.result)),
    } as const;
  });
  const builtins = [
    ['set.new', '(canon waitable-set.new)', '(result i32)'],
    ['set.drop', '(canon waitable-set.drop)', '(param i32)'],
    [
      'set.wait',
      '(canon waitable-set.wait (memory (core memory $mem "memory")))',
      '(param i32 i32) (result i32)',
    ],
    ['join', '(canon waitable.join)', '(param i32 i32)'],
    ['subtask.drop', '(canon subtask.drop)', '(param i32)'],
  ] as const;
  const defined = [
    ...builtins.map(([name, canon]) => `(core func $b-${name} ${canon})`),
    ...relays.map(
      ({ func: { name }, isLoweredAsync }) =>
        `(core func $l-${name} (canon lower (func $i "${name}") ${isLoweredAsync ? 'async ' : ''}${options}))`,
    ),
    ...relays.flatMap(({ func, lift: form }) =>
      form === 'sync'
        ? []
        : [
            `(core func $r-${func.name} (canon task.return ${func.result ? `(result ${types.ref(func.result)})` : ''}
              (memory (core memory $mem "memory")) string-encoding=${encoding}))`,
          ],
    ),
  ];
  const given = [
    ...builtins.map(([name]) => `(export "${name}" (func $b-${name}))`),
    ...relays.map(({ func: { name } }) => `(export "l-${name}" (func $l-${name}))`),
    ...relays.flatMap(({ func: { name }, lift: form }) =>
      form === 'sync' ? [] : [`(export "r-${name}" (func $r-${name}))`],
    ),
  ];
  const lifts = relays.map(({ func, lift: form }) => {
    const callback = ` async (callback (core func $m "cb-${func.name}"))`;
    const asynchrony = { sync: '', stackful: ' async', callback, yielding: callback }[form];
    return `(func (export "${func.name}") async ${types.signature(func)}
      (canon lift (core func $m "${func.name}") ${options}${asynchrony}))`;
  });
  return [
    types.importInstance(from),
    memoryModule(realloc),
    '(core instance $mem (instantiate $mem))',
    ...defined,
    `(core module $m
      (import "m" "memory" (memory 1))
      (import "m" "alloc" (func $alloc (param i32 i32) (result i32)))
      ${builtins.map(([name, , type]) => `(import "b" "${name}" (func $${name} ${type}))`).join('\n')}
      ${relays.map(({ func, isLoweredAsync }) => importText(func, isLoweredAsync)).join('\n')}
      ${relays.flatMap(({ func, lift: form }) => (form === 'sync' ? [] : [returnText(func)])).join('\n')}
      (global $set (mut i32) (i32.const 0))
      (global $at (mut i32) (i32.const 0))
      ${relays.map(exportText).join('\n')})`,
    `(core instance $m (instantiate $m (with "m" (instance $mem)) (with "b" (instance ${given.join(' ')}))))`,
    types.reexport(),
    ...lifts,
  ].join('\n');
}

function flatCount({ params }: Func): number {
  return params.flatMap((type) => flatten(type)).length;
}

/** Whether its core values can be loaded one by one, without looking at others. */
function isPlain(type: WitType): boolean {
  const cases = casesOf(type);
  if (cases !== undefined) return cases.every((payload) => payload === undefined);
  if (type.kind === 'tuple' || type.kind === 'record') return fieldsOf(type).every(isPlain);
  return true;
}

function importText(func: Func, isLoweredAsync: boolean): string {
  const { name, params, result } = func;
  const core = signatureOf(params, result, 'lower');
  if (!isLoweredAsync) {
    return `(import "b" "l-${name}" (func $l-${name} ${paramText(core.params)} ${resultText(core.results)}))`;
  }
  const types: readonly CoreType[] = [
    ...asyncParams(func),
    ...(result === undefined ? [] : ['i32' as const]),
  ];
  return `(import "b" "l-${name}" (func $l-${name} ${paramText(types)} (result i32)))`;
}

function asyncParams(func: Func): readonly CoreType[] {
  return flatCount(func) > maxFlatAsyncParams ? ['i32'] : func.params.flatMap((type) => flatten(type));
}

function returnText({ name, result }: Func): string {
  const flat = result === undefined ? [] : flatten(result);
  return `(import "b" "r-${name}" (func $r-${name} ${paramText(flat.length > maxFlatParams ? ['i32'] : flat)}))`;
}

/** The result is in memory, at `$at`, before it is given. */
function exportText({
  func,
  lift,
  isLoweredAsync,
}: {
  readonly func: Func;
  readonly lift: LiftForm;
  readonly isLoweredAsync: boolean;
}): string {
  const { name, params, result } = func;
  const core = signatureOf(params, result, 'lift');
  const isCalledBack = lift === 'callback' || lift === 'yielding';
  const results = lift === 'sync' ? core.results : isCalledBack ? (['i32'] as const) : [];
  const passed = core.params.map((_, i) => `(local.get ${i})`).join(' ');
  const { size, align } = result === undefined ? { size: 4, align: 4 } : layoutOf(result);
  const call = isLoweredAsync
    ? asyncCallText(name, passed, result !== undefined, isCalledBack)
    : syncCallText(func, passed);
  const given = givenText(func, lift);
  const last =
    lift === 'yielding' ? '(i32.const 1)' : `${given} ${lift === 'callback' ? '(i32.const 0)' : ''}`;
  return `(func (export "${name}") ${paramText(core.params)} ${resultText(results)} (local $status i32) (local $set i32)
      (global.set $at (call $alloc (i32.const ${size}) (i32.const ${align})))
      ${call}
      ${last})
    ${
      isCalledBack
        ? `(func (export "cb-${name}") (param i32 i32 i32) (result i32)
      (if (i32.eq (local.get 0) (i32.const 1)) (then
        (if (i32.ne (local.get 2) (i32.const ${returned})) (then
          (return (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))))
        (call $subtask.drop (local.get 1))
        (call $set.drop (global.get $set))))
      ${given}
      (i32.const 0))`
        : ''
    }`;
}

function syncCallText({ name, params, result }: Func, passed: string): string {
  const { spillsResult } = signatureOf(params, result, 'lower');
  if (result === undefined) return `(call $l-${name} ${passed})`;
  if (spillsResult) return `(call $l-${name} ${passed} (global.get $at))`;
  const { size } = layoutOf(result);
  const [type] = flatten(result);
  const store = { 1: 'i32.store8', 2: 'i32.store16', 4: `${type}.store`, 8: `${type}.store` }[size] ?? '';
  return `(${store} (global.get $at) (call $l-${name} ${passed}))`;
}

function asyncCallText(name: string, passed: string, hasResult: boolean, isCalledBack: boolean): string {
  const wait = isCalledBack
    ? `(global.set $set (local.get $set))
       (return (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))`
    : `(loop $again
         (drop (call $set.wait (local.get $set) (i32.const ${eventAt})))
         (br_if $again (i32.ne (i32.load (i32.const ${eventAt + 4})) (i32.const ${returned}))))
       (call $subtask.drop (local.get $status))
       (call $set.drop (local.get $set))`;
  return `(local.set $status (call $l-${name} ${passed} ${hasResult ? '(global.get $at)' : ''}))
    (if (i32.ne (i32.and (local.get $status) (i32.const 15)) (i32.const ${returned})) (then
      (local.set $status (i32.shr_u (local.get $status) (i32.const 4)))
      (local.set $set (call $set.new))
      (call $join (local.get $status) (local.get $set))
      ${wait}))`;
}

function givenText({ name, result }: Func, lift: LiftForm): string {
  const flat = result === undefined ? [] : flatten(result);
  if (lift === 'sync') {
    if (result === undefined) return '';
    return flat.length > 1 ? '(global.get $at)' : loads(result).join(' ');
  }
  const values =
    flat.length > maxFlatParams ? ['(global.get $at)'] : result === undefined ? [] : loads(result);
  return `(call $r-${name} ${values.join(' ')})`;
}

/** The core values of what is in memory, of a type that is plain. */
function loads(type: WitType, offset = 0): readonly string[] {
  const load = (what: string, at = offset): string => `(${what} offset=${at} (global.get $at))`;
  if (type.kind === 'tuple' || type.kind === 'record') {
    let at = offset;
    return fieldsOf(type).flatMap((field) => {
      const { size, align } = layoutOf(field);
      at = alignUp(at, align);
      const values = loads(field, at);
      at += size;
      return values;
    });
  }
  const flat = flatten(type);
  if (flat.length === 2) return [load('i32.load'), load('i32.load', offset + 4)];
  const { size } = layoutOf(type);
  if (size === 1) return [load('i32.load8_u')];
  if (size === 2) return [load('i32.load16_u')];
  return [load(`${flat[0]}.load`)];
}
