import type { KeyKind } from '@wasmlattice/identity';
import { usageError } from '../global-options.js';

const kinds: Readonly<Record<string, KeyKind>> = {
  account: 'account',
  user: 'user',
  module: 'module',
  component: 'module',
  service: 'service',
  provider: 'service',
  server: 'server',
  host: 'server',
  operator: 'operator',
  cluster: 'cluster',
  curve: 'curve',
  xkey: 'curve',
  x25519: 'curve',
};

export const keyKindWords: string = Object.keys(kinds).join(', ');

/** The kind of key a word of `wash` means. */
export function readKeyKind(word: string): KeyKind {
  const kind = Object.hasOwn(kinds, word.toLowerCase()) ? kinds[word.toLowerCase()] : undefined;
  if (kind === undefined) throw usageError(`the kind of key is \`${word}\``, `give one of ${keyKindWords}`);
  return kind;
}
