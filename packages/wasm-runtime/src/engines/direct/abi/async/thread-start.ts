import { concat, encodeName, encodeSection, leb, preamble } from '../../../../formats/core-module/encode.js';
import { moduleNameSection } from '../../../../formats/core-module/name-section.js';
import { bridgeModuleName } from '../../../../traps/guest-backtrace.js';
import { type AnyFunction, type CoreModule, type CoreTable, webAssembly } from '../../../web-assembly.js';

/** How functions of a guest's table become threads. */
export interface ThreadStarts {
  /** Whether there is a function that takes one number of that width, and gives nothing. */
  isStart(index: number): boolean;
  /** Calls it on a stack of its own; `done` is told before that is given back. Rejects with what ended the guest. */
  enter(index: number, argument: number | bigint): Promise<unknown>;
}

/** @param width of the argument of start functions */
export function threadStarts(table: CoreTable, width: 'i32' | 'i64', done: () => void): ThreadStarts {
  modules[width] ??= new webAssembly.Module(encode(width));
  const { exports } = new webAssembly.Instance(modules[width], { '': { table, done } });
  const isStart = exports.isStart as (index: number) => number;
  return {
    isStart: (index) => index < table.length && isStart(index) === 1,
    enter: webAssembly.promising(exports.enter as AnyFunction),
  };
}

const modules: { i32?: CoreModule; i64?: CoreModule } = {};

const codes = { i32: 0x7f, i64: 0x7e } as const;
const funcref = 0x70;

/**
 * ```wat
 * (type $start (func (param i32)))
 * (func (export "isStart") (param i32) (result i32)
 *   (ref.test (ref $start) (table.get $table (local.get 0))))
 * (func (export "enter") (param i32 i32)
 *   (call_indirect $table (type $start) (local.get 1) (local.get 0))
 *   (call $done))
 * ```
 */
function encode(width: 'i32' | 'i64'): Uint8Array {
  const isStart = [0, 0x20, 0, 0x25, 0, 0xfb, 0x14, 0, 0x0b];
  const enter = [0, 0x20, 1, 0x20, 0, 0x11, 0, 0, 0x10, 0, 0x0b];
  return concat([
    preamble,
    ...encodeSection(1, [
      [0x60, 1, codes[width], 0],
      [0x60, 0, 0],
      [0x60, 1, codes.i32, 1, codes.i32],
      [0x60, 2, codes.i32, codes[width], 0],
    ]),
    ...encodeSection(2, [
      [0, ...encodeName('done'), 0, 1],
      [0, ...encodeName('table'), 1, funcref, 0, 0],
    ]),
    ...encodeSection(3, [[2], [3]]),
    ...encodeSection(7, [
      [...encodeName('isStart'), 0, 1],
      [...encodeName('enter'), 0, 2],
    ]),
    ...encodeSection(10, [
      [...leb(isStart.length), ...isStart],
      [...leb(enter.length), ...enter],
    ]),
    ...moduleNameSection(bridgeModuleName),
  ]);
}
