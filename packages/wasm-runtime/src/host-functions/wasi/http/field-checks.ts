import { ResultError } from '../io/index.js';
import { isFieldName, isFieldValue, isForbidden } from './field-store.js';

/** What `wasi:http/types.header-error` has in all versions for a line that can't be set. */
interface LineError {
  readonly tag: 'invalid-syntax' | 'forbidden';
}

/** The name in lower case. */
export function checkedName(name: string): string {
  if (!isFieldName(name)) throw new ResultError<LineError>({ tag: 'invalid-syntax' });
  const key = name.toLowerCase();
  if (isForbidden(key)) throw new ResultError<LineError>({ tag: 'forbidden' });
  return key;
}

export function checkedValue(value: Uint8Array): Uint8Array {
  if (!isFieldValue(value)) throw new ResultError<LineError>({ tag: 'invalid-syntax' });
  return value;
}
