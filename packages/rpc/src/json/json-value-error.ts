import { formatType } from '../format-type.js';
import type { WitType } from '../types.js';

/** JSON that is no value of a WIT type, or a type without a form in JSON. The message names the place and what belongs there. */
export class JsonValueError extends Error {
  override readonly name = 'JsonValueError';
  /** Where it stands: `user.age`, `items[3]`. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.path = path;
  }
}

/** Long JSON is cut: the place says where to look. */
const shownCharacters = 60;

export function mismatch(path: string, type: WitType, found: unknown): JsonValueError {
  const text = JSON.stringify(found) ?? 'nothing';
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  return new JsonValueError(path, `expected ${formatType(type)}, found ${shown}`);
}

export function withoutForm(path: string, type: WitType): JsonValueError {
  return new JsonValueError(path, `${formatType(type)} has no form in JSON`);
}
