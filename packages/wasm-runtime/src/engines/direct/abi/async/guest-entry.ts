import { concat, encodeName, encodeSection, leb, preamble } from '../../../../formats/core-module/encode.js';
import { moduleNameSection } from '../../../../formats/core-module/name-section.js';
import { bridgeModuleName } from '../../../../traps/guest-backtrace.js';
import { type AnyFunction, type CoreModule, webAssembly } from '../../../web-assembly.js';
import type { CoreFunction } from '../core-types.js';
import type { CoreType } from '../layout.js';
import type { CoreSignature } from '../signature.js';

/** Calls a guest on a stack of its own. Rejects with what ended the guest. */
export type GuestEntry = (...args: readonly (number | bigint)[]) => Promise<unknown>;

/**
 * A function of a guest that tells `done` what it returns before it gives its stack back. So whoever called knows at once whether the guest has come to its end
 * or waits: the promise says so later.
 *
 * @param done what it throws ends the guest
 */
export function guestEntry(
  signature: CoreSignature,
  core: CoreFunction,
  done: (returned: number | bigint | undefined) => void,
): GuestEntry {
  const { exports } = new webAssembly.Instance(moduleOf(signature), { '': { core, done } });
  return webAssembly.promising(exports.enter as AnyFunction) as GuestEntry;
}

const modules = new Map<string, CoreModule>();

function moduleOf(signature: CoreSignature): CoreModule {
  const key = `${signature.params.join()}:${signature.result ?? ''}`;
  const known = modules.get(key);
  if (known !== undefined) return known;
  const module = new webAssembly.Module(encode(signature));
  modules.set(key, module);
  return module;
}

const typeCodes: Readonly<Record<CoreType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

/**
 * ```wat
 * (func (export "enter") (param …)
 *   (call $done (call $core (local.get 0) …)))
 * ```
 */
function encode({ params, result }: CoreSignature): Uint8Array {
  const types = params.map((type) => typeCodes[type]);
  const results = result === undefined ? [] : [typeCodes[result]];
  const body = [0, ...params.flatMap((_, index) => [0x20, ...leb(index)]), ...[0x10, 0, 0x10, 1, 0x0b]];
  return concat([
    preamble,
    ...encodeSection(1, [
      [0x60, ...leb(params.length), ...types, results.length, ...results],
      [0x60, results.length, ...results, 0],
      [0x60, ...leb(params.length), ...types, 0],
    ]),
    ...encodeSection(2, [
      [0, ...encodeName('core'), 0, 0],
      [0, ...encodeName('done'), 0, 1],
    ]),
    ...encodeSection(3, [[2]]),
    ...encodeSection(7, [[...encodeName('enter'), 0, 2]]),
    ...encodeSection(10, [[...leb(body.length), ...body]]),
    ...moduleNameSection(bridgeModuleName),
  ]);
}
