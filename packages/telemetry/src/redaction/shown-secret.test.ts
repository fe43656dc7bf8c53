import { expect, it } from 'vitest';
import { shownSecret } from './shown-secret.js';

it('shows a text as it is, and bytes as base64', () => {
  expect(shownSecret({ kind: 'string', value: 'hunter2' })).toBe('hunter2');
  expect(shownSecret({ kind: 'bytes', value: Uint8Array.of(0xde, 0xad, 0xbe, 0xef) })).toBe('3q2+7w==');
});
