import { isNameOfEveryObject } from '../names.js';

// Closures from the same source line share V8's type feedback: with every record of a process behind one loop, the
// calls in it become megamorphic and objects get dictionary shapes. A function of its own for each record type decodes
// twice as fast. The source is made of member numbers and of names that pass `isPlainKey`; nothing else of a type, and
// nothing of a value, gets into it.

type Member = (...args: never[]) => unknown;

/** A record member: its key, and whether it needs a scope of its own. */
export interface RecordMember<F extends Member> {
  readonly key: string;
  readonly codec: F;
  readonly hasDeferred: boolean;
}

/** Larger records gain nothing: V8 no longer inlines what they call. */
const maxMembers = 100;

const plainKey = /^[a-zA-Z][a-zA-Z0-9]*$/;

/** Whether a key may become source text: `__proto__` would be no field of an object literal. */
function isPlainKey(key: string): boolean {
  return plainKey.test(key);
}

/**
 * `(reader, scope) => ({ name: decode0(reader, scope), … })`; `undefined` where code generation is switched off
 * (`--disallow-code-generation-from-strings`) or a record is out of the ordinary.
 */
export function specializeRecordDecoder<F extends Member>(
  members: readonly RecordMember<F>[],
): F | undefined {
  const fields = members.map(({ key }, i) => `${key}: c${i}(reader, ${scopeOf(members, i)})`);
  return build(members, `(reader, scope) => ({ ${fields.join(', ')} })`);
}

/** `(writer, record, scope) => { encode0(writer, record.name, scope); … }`; `undefined` as above. */
export function specializeRecordEncoder<F extends Member>(
  members: readonly RecordMember<F>[],
): F | undefined {
  // A name that every object has is for the loop.
  if (members.some(({ key }) => isNameOfEveryObject(key))) return undefined;
  const calls = members.map(({ key }, i) => `c${i}(writer, record.${key}, ${scopeOf(members, i)});`);
  return build(members, `(writer, record, scope) => { ${calls.join(' ')} }`);
}

function scopeOf<F extends Member>(members: readonly RecordMember<F>[], i: number): string {
  return members[i]?.hasDeferred ? `scope.child(${i})` : 'scope';
}

function build<F extends Member>(members: readonly RecordMember<F>[], source: string): F | undefined {
  if (members.length > maxMembers || !members.every(({ key }) => isPlainKey(key))) return undefined;
  const names = members.map((_, i) => `c${i}`);
  try {
    const factory = new Function(...names, `'use strict'; return ${source};`);
    return factory(...members.map(({ codec }) => codec)) as F;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
