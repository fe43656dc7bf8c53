import type { HttpFields } from '@wasmlattice/rpc/interfaces';
import { HttpFailure } from '../error-code.js';
import { isFieldName, isFieldValue } from '../field-store.js';
import type { HeaderLines } from '../http-exchange.js';

/**
 * Lines as wire fields: a repeated name becomes one entry, for upstream refuses two
 * (docs/spec/wrpc-interfaces.md#3).
 */
export function linesToFields(lines: HeaderLines): HttpFields {
  const byName = new Map<string, Uint8Array[]>();
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    const value = Buffer.from(lines[i + 1] as string, 'latin1');
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  return [...byName];
}

/**
 * Inverse of {@link linesToFields}; a name without values is dropped.
 * @throws HttpFailure for what is no HTTP field, and for a name that has two entries
 */
export function fieldsToLines(fields: HttpFields): string[] {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const [name, values] of fields) {
    const key = name.toLowerCase();
    if (!isFieldName(name)) throw malformed(`${JSON.stringify(name)} is no field name`);
    if (seen.has(key)) throw malformed(`field ${key} has two entries instead of one with all of its values`);
    seen.add(key);
    for (const value of values) {
      if (!isFieldValue(value)) throw malformed(`the value of field ${key} has control characters`);
      lines.push(key, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'));
    }
  }
  return lines;
}

function malformed(detail: string): HttpFailure {
  return new HttpFailure({ tag: 'HTTP-protocol-error' }, `malformed HTTP message: ${detail}`);
}
