import { concat, encodeName, encodeSection, leb, preamble } from '../../../formats/core-module/encode.js';
import { moduleNameSection } from '../../../formats/core-module/name-section.js';
import { bridgeModuleName } from '../../../traps/guest-backtrace.js';
import { type CoreModule, webAssembly } from '../../web-assembly.js';
import { type Returned, withArity } from './core-arity.js';
import type { CoreFunction } from './core-types.js';
import type { CoreType } from './layout.js';
import type { CoreSignature } from './signature.js';

/**
 * An import that may suspend the guest, and does so only when there is something to wait for. V8 switches stacks at every call
 * of a `WebAssembly.Suspending`, even if nothing has to be waited for, and the guest keeps its stack until the microtask that
 * resumes it. V8 keeps four stacks for later: with more guests at a time it maps a new one for each, which costs more than most
 * requests. So the guest calls a few instructions of WebAssembly, which call `call` without suspending, and wait only if that
 * returned a promise.
 *
 * @param flat where `call` finds its arguments
 */
export function suspendingImport(
  signature: CoreSignature,
  flat: (number | bigint)[],
  call: () => Returned | Promise<Returned>,
): CoreFunction {
  let promise: Promise<Returned> | undefined;
  const placeholder = signature.result === 'i64' ? 0n : 0;
  const attempt = (): Returned => {
    const returned = call();
    if (!(returned instanceof Promise)) return returned;
    promise = returned;
    hasToWait.value = 1;
    return placeholder;
  };
  const wait = (): Promise<Returned> | undefined => {
    const pending = promise;
    promise = undefined;
    return pending;
  };
  const bridge = new webAssembly.Instance(bridgeOf(signature), {
    '': {
      attempt: withArity(signature.params.length, flat, attempt),
      wait: new webAssembly.Suspending(wait),
      hasToWait,
    },
  });
  return bridge.exports.call as CoreFunction;
}

/** Tells a bridge that the call it just made returned a promise. One for all: nothing runs between the two. */
const hasToWait = new webAssembly.Global({ value: 'i32', mutable: true }, 0);

/** Few: most functions that may wait return nothing or a pointer. */
const bridges = new Map<string, CoreModule>();

function bridgeOf(signature: CoreSignature): CoreModule {
  const key = `${signature.params.join()}:${signature.result ?? ''}`;
  const known = bridges.get(key);
  if (known !== undefined) return known;
  const bridge = new webAssembly.Module(encodeBridge(signature));
  bridges.set(key, bridge);
  return bridge;
}

const typeCodes: Readonly<Record<CoreType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

/**
 * ```wat
 * (func (export "call") (param …) (result …) (local $result …)
 *   (call $attempt (local.get 0) …) (local.set $result)
 *   (if (global.get $hasToWait) (then
 *     (global.set $hasToWait (i32.const 0))
 *     (call $wait) (local.set $result)))
 *   (local.get $result))
 * ```
 */
function encodeBridge({ params, result }: CoreSignature): Uint8Array {
  const results = result === undefined ? [] : [typeCodes[result]];
  const setResult = result === undefined ? [] : [0x21, ...leb(params.length)];
  const getResult = result === undefined ? [] : [0x20, ...leb(params.length)];
  const body = [
    ...(result === undefined ? [0] : [1, 1, typeCodes[result]]),
    ...params.flatMap((_, index) => [0x20, ...leb(index)]),
    ...[0x10, 0, ...setResult],
    ...[0x23, 0, 0x04, 0x40, 0x41, 0, 0x24, 0],
    ...[0x10, 1, ...setResult],
    ...[0x0b, ...getResult, 0x0b],
  ];
  return concat([
    preamble,
    ...encodeSection(1, [
      [0x60, ...leb(params.length), ...params.map((type) => typeCodes[type]), results.length, ...results],
      [0x60, 0, results.length, ...results],
    ]),
    ...encodeSection(2, [
      [0, ...encodeName('attempt'), 0, 0],
      [0, ...encodeName('wait'), 0, 1],
      [0, ...encodeName('hasToWait'), 3, typeCodes.i32, 1],
    ]),
    ...encodeSection(3, [[0]]),
    ...encodeSection(7, [[...encodeName('call'), 0, 2]]),
    ...encodeSection(10, [[...leb(body.length), ...body]]),
    ...moduleNameSection(bridgeModuleName),
  ]);
}
