import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { runCli } from '../program.js';
import { createTestIo } from '../testing/test-io.js';

const header = { kind: 'capture', version: 1, component: 'c', at: '2026-01-01T00:00:00.000Z' };

async function replayOf(text: string, ...args: readonly string[]) {
  await using folder = await createTempDir();
  const file = join(folder.path, 'c.jsonl');
  await writeFile(file, text);
  const io = createTestIo({});
  const code = await runCli(['replay', file, ...args], io);
  return { code, errors: io.errors, output: io.output };
}

it.each([
  ['no JSON', 'c.jsonl:1 is no JSON', 2],
  [`${JSON.stringify(header)}\n`, 'the file does not say where its component came from', 2],
  [
    `${JSON.stringify({ ...header, image: 'file:///nowhere/c.wasm' })}\n`,
    "the component that was recorded is file:///nowhere/c.wasm, which can't be read here",
    1,
  ],
])('says what is wrong with a file: %s', async (text, message, code) => {
  const outcome = await replayOf(text);
  expect(String(outcome.errors)).toContain(message);
  expect(outcome.code).toBe(code);
});
