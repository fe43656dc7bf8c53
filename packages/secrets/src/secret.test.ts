import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.js';

describe('a secret', () => {
  it.each([
    ['text', (secret: Secret) => String(secret)],
    ['a template', (secret: Secret) => `${secret}`],
    ['JSON', (secret: Secret) => JSON.stringify({ secret })],
    [
      'inspected, hidden members too',
      (secret: Secret) => inspect({ secret }, { showHidden: true, depth: 9 }),
    ],
    ['formatted', (secret: Secret) => format('%s %o %O %j', secret, secret, secret, secret)],
    ['entries', (secret: Secret) => JSON.stringify(Object.entries(secret))],
    ['a copy for another thread', (secret: Secret) => inspect(structuredClone(secret), { showHidden: true })],
    ['the message of an error', (secret: Secret) => inspect(new Error(`no ${secret}`, { cause: secret }))],
  ])('does not show as %s', (_, show) => {
    for (const secret of [Secret.ofText('hunter2'), Secret.ofBytes(Uint8Array.of(0xff, 104, 117, 110))]) {
      expect(show(secret)).not.toMatch(/hunter|104|117/);
    }
  });

  it('is text when its bytes are, and bytes when not', () => {
    expect(Secret.ofBytes(new TextEncoder().encode('\ufeffgrüß')).reveal()).toEqual({
      kind: 'string',
      value: '\ufeffgrüß',
    });
    expect(Secret.ofBytes(Uint8Array.of(0xff)).reveal()).toEqual({
      kind: 'bytes',
      value: Uint8Array.of(0xff),
    });
  });

  it('equals one with the same value of the same kind', () => {
    expect(Secret.ofText('a').equals(Secret.ofText('a'))).toBe(true);
    expect(Secret.ofText('a').equals(new Secret({ kind: 'bytes', value: Uint8Array.of(97) }))).toBe(false);
  });
});
