import { InvalidKeyError } from './errors.js';
import { decodeKey, encodeSeed, type KeyKind } from './key-text.js';

/**
 * The text of a seed of the wanted kind, surrounding space removed: seeds often come from files.
 *
 * @throws InvalidKeyError that says what was wanted and what it is instead
 */
export function parseSeed(text: string, wanted: KeyKind): string {
  const expected = `expected ${withArticle(wanted)} seed (S${firstLetter(wanted)}…, 58 characters)`;
  const key = decodeOr(text, expected);
  if (!key.seed) {
    throw new InvalidKeyError(
      'wrong-kind',
      `${expected}, got a public ${key.kind} key: a seed starts with S`,
    );
  }
  if (key.kind !== wanted) {
    throw new InvalidKeyError(
      'wrong-kind',
      `${expected}, got ${withArticle(key.kind)} seed (S${firstLetter(key.kind)}…)`,
    );
  }
  return text.trim();
}

function decodeOr(text: string, expected: string): ReturnType<typeof decodeKey> {
  try {
    return decodeKey(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidKeyError('malformed', `${expected}: ${reason}`, { cause });
  }
}

function withArticle(kind: KeyKind): string {
  return kind === 'account' || kind === 'operator' ? `an ${kind}` : `a ${kind}`;
}

const zeros = new Uint8Array(32);

function firstLetter(kind: KeyKind): string {
  return encodeSeed(kind, zeros).charAt(1);
}
