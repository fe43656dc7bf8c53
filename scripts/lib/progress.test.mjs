import { expect, test } from 'vitest';
import { createProgress } from './progress.mjs';

function inLog() {
  const pieces = [];
  const stream = { isTTY: false, write: (piece) => pieces.push(piece) };
  return { progress: createProgress({ stream, env: {}, now: () => 0 }), text: () => pieces.join('') };
}

test('a step announces itself and says when it is done', async () => {
  const log = inLog();
  expect(await log.progress.step('Working', async () => 42, { summary: (n) => `got ${n}` })).toBe(42);
  expect(log.text()).toBe('  Working ...\n✓ Working: got 42  0.0 s\n');
});

test('a step that fails is marked and its error goes on', async () => {
  const log = inLog();
  await expect(log.progress.step('Working', () => Promise.reject(new Error('broken')))).rejects.toThrow(
    'broken',
  );
  expect(log.text()).toContain('✗ Working');
});

test('a log has no control characters', async () => {
  const log = inLog();
  await log.progress.step('Working', async (report) => report('\u001b[31mline\u001b[0m'));
  expect(log.text()).not.toContain('\u001b');
});
