import { concat, encodeName, encodeSection, leb, preamble } from '../../formats/core-module/encode.js';
import { moduleNameSection } from '../../formats/core-module/name-section.js';
import { bridgeModuleName } from '../../traps/guest-backtrace.js';
import { type CoreModule, webAssembly } from '../web-assembly.js';
import type { CoreFunction } from './abi/index.js';

/** What a guest is told that asked: to go on, to wait for its next turn, or that it has ended. */
export const verdicts = { goOn: 0, wait: 1, end: 2 } as const;

export type Verdict = (typeof verdicts)[keyof typeof verdicts];

export interface Checks {
  /** Called in the middle of guest code; must not throw. */
  check(): Verdict;
  /** Resolves to `goOn` or `end`; must not reject. */
  wait(): Promise<Verdict>;
}

/**
 * The function that guests call when their thread wants something of them. It is one of WebAssembly, so that it can suspend the
 * guest, and since it ends a guest by a trap, which no guest can catch; an error of JavaScript could be caught.
 */
export function checkBridge({ check, wait }: Checks): CoreFunction {
  const imports = { '': { check, wait: new webAssembly.Suspending(wait) } };
  return new webAssembly.Instance(bridgeModule(), imports).exports.check as CoreFunction;
}

let bridge: CoreModule | undefined;

function bridgeModule(): CoreModule {
  bridge ??= new webAssembly.Module(encodeBridge());
  return bridge;
}

/**
 * ```wat
 * (func (export "check") (local $verdict i32)
 *   (br_if 0 (i32.eqz (local.tee $verdict (call $check))))
 *   (if (i32.eq (local.get $verdict) (i32.const 1)) (then (br_if 1 (i32.eqz (call $wait)))))
 *   unreachable)
 * ```
 */
function encodeBridge(): Uint8Array {
  const i32 = 0x7f;
  const body = [
    ...[1, 1, i32],
    ...[0x10, 0, 0x22, 0, 0x45, 0x0d, 0],
    ...[0x20, 0, 0x41, verdicts.wait, 0x46, 0x04, 0x40, 0x10, 1, 0x45, 0x0d, 1, 0x0b],
    ...[0x00, 0x0b],
  ];
  return concat([
    preamble,
    ...encodeSection(1, [
      [0x60, 0, 1, i32],
      [0x60, 0, 0],
    ]),
    ...encodeSection(2, [
      [0, ...encodeName('check'), 0, 0],
      [0, ...encodeName('wait'), 0, 0],
    ]),
    ...encodeSection(3, [[1]]),
    ...encodeSection(7, [[...encodeName('check'), 0, 2]]),
    ...encodeSection(10, [[...leb(body.length), ...body]]),
    ...moduleNameSection(bridgeModuleName),
  ]);
}
