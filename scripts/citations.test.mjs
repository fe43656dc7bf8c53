import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeProblem, findCitationProblems } from './lib/citations.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';

/** Bad citations stand there on purpose. */
const exempt = [':!scripts/lib/citations.mjs', ':!scripts/lib/citations.test.mjs'];

/** The tracked files that hold text, path → content. */
async function trackedTexts() {
  const { code, output } = await run('git', ['ls-files', '-z', '--', '.', ...exempt], { cwd: root });
  if (code !== 0)
    throw new Error(`git ls-files fails in ${root}; is it a clone of the repository?\n${output}`);
  const texts = new Map();
  for (const file of output.split('\0').filter((name) => name !== '')) {
    const text = await readText(join(root, file));
    if (text !== undefined) texts.set(file, text);
  }
  return texts;
}

/** Undefined for what is no text, and for a file that was deleted and not yet committed. */
async function readText(path) {
  try {
    const content = await readFile(path);
    return content.includes(0) ? undefined : content.toString();
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return undefined;
    throw error;
  }
}

test('every citation of a document leads to one that is there', async () => {
  const texts = await trackedTexts();
  expect(texts.has('docs/spec/wrpc.md')).toBe(true);
  expect(findCitationProblems(texts).map(describeProblem)).toEqual([]);
});
