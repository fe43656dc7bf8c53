import { createHash } from 'node:crypto';
import type { WitFunction, WitInterface } from '@wasmlattice/rpc';
import { type JsonValue, jsonToValue } from '@wasmlattice/rpc/json';
import type { HostImport } from '@wasmlattice/wasm-runtime/engines';
import { guardAmbient } from '../recorder/ambient.js';

/** Longest a guest waits for a clock, in ns: recorded answers are there by then. */
const longestWaitNs = 20_000_000n;

interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/**
 * Gives a guest the values of clocks and randomness that it had when it was recorded. One that asks for more gets time that goes on from
 * there, and values that are the same in each replay.
 */
export class AmbientAnswers {
  readonly #left: Map<string, JsonValue[]>;
  readonly #begun: number;
  readonly #startedAt: bigint = process.hrtime.bigint();
  #lastMonotonic: bigint | undefined;
  #lastWall: Datetime | undefined;
  #made = 0;
  #isCalled = false;

  /** @param at when the invocation began; ISO 8601 */
  constructor(recorded: Readonly<Record<string, readonly JsonValue[]>>, at: string) {
    this.#left = new Map(Object.entries(recorded).map(([name, values]) => [name, [...values]]));
    this.#begun = Date.parse(at) || 0;
  }

  /** The export is called: what start code asked before is not recorded. */
  called(): void {
    this.#isCalled = true;
  }

  intercept(declared: WitInterface, bound: HostImport): HostImport {
    return guardAmbient(declared, bound, {
      value: (name, func, params, ask) => (this.#isCalled ? this.#value(name, func, params, ask) : ask()),
      wait: (func, params) => this.#wait(func, params, bound),
    });
  }

  #value(name: string, func: WitFunction, params: readonly unknown[], ask: () => unknown): unknown {
    const recorded = this.#left.get(name)?.shift();
    const value =
      recorded === undefined || func.result === undefined
        ? this.#further(name, params, ask)
        : jsonToValue(func.result, recorded, name);
    if (name === 'wasi:clocks/monotonic-clock.now') this.#lastMonotonic = value as bigint;
    else if (/^wasi:clocks\/(?:wall|system)-clock\.now$/.test(name)) this.#lastWall = value as Datetime;
    if (value instanceof Uint8Array && typeof params[0] === 'bigint' && value.length !== Number(params[0])) {
      return this.#bytes(Number(params[0]));
    }
    return value;
  }

  #further(name: string, params: readonly unknown[], ask: () => unknown): unknown {
    const passed = process.hrtime.bigint() - this.#startedAt;
    switch (name) {
      case 'wasi:clocks/monotonic-clock.now':
        return (this.#lastMonotonic ?? 0n) + passed;
      case 'wasi:clocks/wall-clock.now':
      case 'wasi:clocks/system-clock.now': {
        const last = this.#lastWall ?? datetimeOf(BigInt(this.#begun) * 1_000_000n);
        return datetimeOf(last.seconds * 1_000_000_000n + BigInt(last.nanoseconds) + passed);
      }
      case 'wasi:random/insecure-seed.insecure-seed':
      case 'wasi:random/insecure-seed.get-insecure-seed':
        return [this.#u64(), this.#u64()];
      default: {
        if (!name.startsWith('wasi:random/')) return ask();
        return typeof params[0] === 'bigint' ? this.#bytes(Number(params[0])) : this.#u64();
      }
    }
  }

  #wait(func: string, [until, ...rest]: readonly unknown[], bound: HostImport): readonly unknown[] {
    const asked = until as bigint;
    if (func === 'subscribe-duration' || func === 'wait-for') return [shorter(asked), ...rest];
    const left = asked - (this.#lastMonotonic ?? asked);
    const now = (bound.func('now')?.() ?? 0n) as bigint;
    return [now + shorter(left < 0n ? 0n : left), ...rest];
  }

  #bytes(length: number): Uint8Array {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += 32) this.#block().copy(bytes, at);
    return bytes;
  }

  #u64(): bigint {
    return this.#block().readBigUInt64LE();
  }

  #block(): Buffer {
    return createHash('sha256')
      .update(`replay ${this.#begun} ${this.#made++}`)
      .digest();
  }
}

function shorter(ns: bigint): bigint {
  return ns < longestWaitNs ? ns : longestWaitNs;
}

function datetimeOf(ns: bigint): Datetime {
  return { seconds: ns / 1_000_000_000n, nanoseconds: Number(ns % 1_000_000_000n) };
}
