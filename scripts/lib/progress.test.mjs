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

test('on a terminal, a line said during a step appears above it', async () => {
  const pieces = [];
  const stream = { isTTY: true, columns: 80, write: (piece) => pieces.push(piece) };
  const progress = createProgress({ stream, env: { NO_COLOR: '1' }, now: () => 0 });
  await progress.step('Working', async () => progress.say('hello'));
  const clear = '\r\u001b[2K';
  expect(pieces.join('')).toBe(`${clear}  Working${clear}hello\n${clear}  Working${clear}✓ Working  0.0 s\n`);
});
