import { concat, encodeName, encodeSection, leb, preamble } from '../../../../formats/core-module/encode.js';
import { moduleNameSection } from '../../../../formats/core-module/name-section.js';
import { bridgeModuleName } from '../../../../traps/guest-backtrace.js';
import { type CoreModule, webAssembly } from '../../../web-assembly.js';
import type { CoreType } from '../layout.js';
import type { CoreSignature } from '../signature.js';
import { flatSlotSize } from './flat-area.js';

/** Both sides of a call between parts, as core functions. */
export interface AdapterSignature {
  /** Of what the caller calls. */
  readonly lowered: CoreSignature;
  /** Of what is called. */
  readonly lifted: CoreSignature;
}

/** Kept at a time: components choose signatures, and instances keep what they use. */
const maxModules = 256;

const modules = new Map<string, CoreModule>();

/** The module of all adapters with the same core signatures. */
export function adapterModule(signature: AdapterSignature): CoreModule {
  const key = JSON.stringify([signature.lowered, signature.lifted]);
  const known = modules.get(key);
  if (known !== undefined) return known;
  const module = new webAssembly.Module(encodeAdapter(signature));
  if (modules.size >= maxModules) modules.clear();
  modules.set(key, module);
  return module;
}

const codes: Readonly<Record<CoreType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };
const loads: Readonly<Record<CoreType, readonly number[]>> = {
  i32: [0x28, 2],
  i64: [0x29, 3],
  f32: [0x2a, 2],
  f64: [0x2b, 3],
};
const externref = 0x6f;
const empty = 0x40;

const op = {
  unreachable: 0x00,
  block: 0x02,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  tryTable: 0x1f,
  localGet: 0x20,
  localSet: 0x21,
  i32Const: 0x41,
  refNull: 0xd0,
} as const;

const functions = { begin: 0, target: 1, end: 2, escaped: 3, call: 4 } as const;

/**
 * ```wat
 * (func (export "call") (param …) (result …) (local $state externref) (local $returned …)
 *   (local.set $state (call $begin (local.get 0) …))          ;; lifts the arguments and lowers them into the area
 *   (block $threw (result externref)
 *     (block $raised
 *       (try_table (catch $js $threw) (catch_all $raised)
 *         (call $target (i32.load (i32.const 0)) …)
 *         (local.set $returned)))
 *       (return (call $end (local.get $state) (local.get $returned) (local.get $result))))
 *     (ref.null extern))
 *   (call $escaped)                                             ;; no exception crosses the border of a component
 *   unreachable)
 * ```
 */
function encodeAdapter({ lowered, lifted }: AdapterSignature): Uint8Array {
  const params = lowered.params.map((type) => codes[type]);
  const result = resultOf(lowered);
  const returned = resultOf(lifted);
  const resultPointer = lowered.params.length > 0 && isInMemory({ lowered, lifted }) ? params.slice(-1) : [];
  return concat([
    preamble,
    ...encodeSection(1, [
      functionType(params, [externref]),
      functionType(
        lifted.params.map((type) => codes[type]),
        returned,
      ),
      functionType([externref, ...returned, ...resultPointer], result),
      functionType([externref], []),
      functionType(params, result),
    ]),
    ...encodeSection(2, [
      importOf('begin', [0x00, functions.begin]),
      importOf('target', [0x00, functions.target]),
      importOf('end', [0x00, functions.end]),
      importOf('escaped', [0x00, functions.escaped]),
      importOf('area', [0x02, 0x01, 1, 1]),
      importOf('js', [0x04, 0x00, functions.escaped]),
    ]),
    ...encodeSection(3, [[functions.call]]),
    ...encodeSection(7, [[...encodeName('call'), 0, functions.call]]),
    ...encodeSection(10, [encodeBody({ lowered, lifted })]),
    ...moduleNameSection(bridgeModuleName),
  ]);
}

function encodeBody(signature: AdapterSignature): number[] {
  const { lowered, lifted } = signature;
  const count = lowered.params.length;
  const state = count;
  const returned = count + 1;
  const hasReturned = lifted.result !== undefined;
  const body = [
    ...(lifted.result === undefined ? [1, 1, externref] : [2, 1, externref, 1, codes[lifted.result]]),
    ...lowered.params.flatMap((_, index) => [op.localGet, ...leb(index)]),
    ...[op.call, functions.begin, op.localSet, ...leb(state)],
    ...[op.block, externref, op.block, empty],
    ...[op.tryTable, empty, 2, 0x00, 0, 1, 0x02, 0],
    ...lifted.params.flatMap((type, index) => [op.i32Const, 0, ...loads[type], ...leb(flatSlotSize * index)]),
    ...[op.call, functions.target],
    ...(hasReturned ? [op.localSet, ...leb(returned)] : []),
    op.end,
    ...[op.localGet, ...leb(state)],
    ...(hasReturned ? [op.localGet, ...leb(returned)] : []),
    ...(isInMemory(signature) ? [op.localGet, ...leb(count - 1)] : []),
    ...[op.call, functions.end, op.return],
    ...[op.end, op.refNull, externref, op.end],
    ...[op.call, functions.escaped, op.unreachable, op.end],
  ];
  return [...leb(body.length), ...body];
}

/** Whether the caller says where the result goes. */
function isInMemory({ lowered, lifted }: AdapterSignature): boolean {
  return lifted.result !== undefined && lowered.result === undefined;
}

function resultOf({ result }: CoreSignature): number[] {
  return result === undefined ? [] : [codes[result]];
}

function functionType(params: readonly number[], results: readonly number[]): number[] {
  return [0x60, ...leb(params.length), ...params, ...leb(results.length), ...results];
}

function importOf(name: string, description: readonly number[]): number[] {
  return [0, ...encodeName(name), ...description];
}
