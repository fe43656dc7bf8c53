import { expect, it } from 'vitest';
import { deadLetterHeaders } from './dead-letter.js';

const about = { component: 'worker', attempts: 3 };

it.each([
  [{ kind: 'refused', reason: 'no such order' }, 'handler-error', 'no such order'],
  [{ kind: 'failed', error: new Error('it trapped') }, 'call-failed', 'Error: it trapped'],
  [{ kind: 'attempts-lost' }, 'attempts-lost', expect.stringMatching(/^earlier attempts/)],
] as const)('%j is told in headers', (cause, reason, error) => {
  expect(deadLetterHeaders(cause, about)).toEqual({
    'Dead-Letter-Reason': reason,
    'Dead-Letter-Error': error,
    'Dead-Letter-Component': 'worker',
    'Dead-Letter-Attempts': '3',
  });
});

it.each([
  ['two\r\nlines\0', 'two lines'],
  ['\ud800', '\ufffd'],
  ['x'.repeat(5_000), `${'x'.repeat(999)}…`],
])('a reason from a guest is one line of text', (reason, shown) => {
  expect(deadLetterHeaders({ kind: 'refused', reason }, about)['Dead-Letter-Error']).toBe(shown);
});
