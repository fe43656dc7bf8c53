import { expect, test } from 'vitest';
import { lineSplitter, run } from './run.mjs';

test('output and exit code are collected', async () => {
  const result = await run(process.execPath, [
    '-e',
    'console.log("out"); console.error("err"); process.exitCode = 3',
  ]);
  expect(result.code).toBe(3);
  expect(result.output).toContain('out\n');
  expect(result.output).toContain('err\n');
});

test('stdin is closed, so nothing waits for an answer', async () => {
  const script = 'process.stdin.on("end", () => console.log("ended")).resume()';
  expect((await run(process.execPath, ['-e', script])).output).toBe('ended\n');
});

test('a command that does not exist resolves like one that failed', async () => {
  const result = await run('/does/not/exist', []);
  expect(result.code).toBeUndefined();
  expect(result.output).toContain('/does/not/exist');
});

test('lines arrive whole although the text comes in pieces', () => {
  const lines = [];
  const split = lineSplitter((line) => lines.push(line));
  for (const piece of ['fi', 'rst\nsec', 'ond\n\nthird\n']) split(piece);
  expect(lines).toEqual(['first', 'second', 'third']);
});
