import type { Codec } from './codec.js';
import type { Member } from './records.js';

// An object made key by key in a loop that all record types share becomes a dictionary for V8. A function of its own for
// each record type makes objects of one shape. The source holds numbers and names that pass `plainKey`; nothing else of
// a type, and nothing of a value, gets into it. `rpc/src/codec/specialize.ts` has the same for the wire.

/** Larger records gain nothing: V8 no longer inlines what they call. */
const maxMembers = 100;

/** Not `__proto__`, which would be no field of an object literal. */
const plainKey = /^[a-zA-Z][a-zA-Z0-9]*$/;

/** Undefined where code generation is switched off (`--disallow-code-generation-from-strings`). */
export function specializeRecord(members: readonly Member[]): Pick<Codec, 'load' | 'lift'> | undefined {
  if (members.length > maxMembers || !members.every(({ key }) => plainKey.test(key))) return undefined;
  const loads = members.map(({ key, offset }, i) => `${key}: c${i}.load(cx, at + ${offset})`);
  const lifts = members.map(({ key, slot }, i) => `${key}: c${i}.lift(cx, at + ${slot})`);
  const source = `return {
    load: (cx, at) => ({ ${loads.join(', ')} }),
    lift: (cx, at) => ({ ${lifts.join(', ')} }),
  };`;
  try {
    const factory = new Function(...members.map((_, i) => `c${i}`), `'use strict'; ${source}`);
    return factory(...members.map(({ codec }) => codec)) as Pick<Codec, 'load' | 'lift'>;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
