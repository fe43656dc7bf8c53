import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from './program.js';
import { createTestIo } from './testing/test-io.js';

const root = join(import.meta.dirname, '../../..');
/** What people read; `docs/reference` is made of the commands themselves. */
const documents = [
  'README.md',
  'docs/*.md',
  'docs/tasks/*.md',
  '{apps,packages,deploy,examples}/**/README.md',
];

interface WrittenCommand {
  /** `docs/limits.md:12` */
  readonly at: string;
  readonly words: readonly string[];
}

/** The lines of blocks that call `wasmlattice`, without what a shell makes of the rest. */
async function writtenCommands(): Promise<readonly WrittenCommand[]> {
  const found: WrittenCommand[] = [];
  const exclude = (path: string): boolean => /(^|\/)(node_modules|dist|target)(\/|$)/.test(path);
  for await (const path of glob(documents, { cwd: root, exclude })) {
    const text = await readFile(join(root, path), 'utf8');
    for (const [index, line] of text.split('\n').entries()) {
      const [, command] =
        /^\s*(?:\$ )?(?:npx )?(?:npm run )?wasmlattice (?:-- )?(?!runs )([^#|<>&;]*)/.exec(line) ?? [];
      if (command === undefined) continue;
      found.push({ at: `${path}:${index + 1}`, words: command.split(/\s+/).filter((word) => word !== '') });
    }
  }
  return found;
}

/** Why a command line has no such words or flags; `undefined` where it has. */
function problemOf(words: readonly string[]): string | undefined {
  let command: Command = createProgram(createTestIo(), () => {});
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) break;
    command = next;
  }
  if (command.commands.length > 0 && words[0] !== '--help') return `${words.join(' ')} is no command`;
  // `up` hands on what it does not know to the host.
  if (command.name() === 'up') return undefined;
  const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0]);
  const unknown = flags.filter(
    (flag) =>
      flag !== '--help' && !command.options.some(({ long, short }) => flag === long || flag === short),
  );
  return unknown.length === 0 ? undefined : `${words.join(' ')} has no ${unknown.join(', ')}`;
}

it('what documents have their readers type are commands, with flags that they have', async () => {
  const written = await writtenCommands();
  expect(new Set(written.map(({ at }) => at.replace(/:\d+$/, '')))).toContain('docs/dev-loop.md');
  const problems = written.flatMap(({ at, words }) => {
    const problem = problemOf(words);
    return problem === undefined ? [] : [`${at}: ${problem}`];
  });
  expect(problems).toEqual([]);
});

it('a command that is none, and a flag that is none, are found', () => {
  expect(problemOf(['app', 'deply', 'wadm.yaml'])).toBe('app deply wadm.yaml is no command');
  expect(problemOf(['get', 'hosts', '--lattise', 'x'])).toBe('get hosts --lattise x has no --lattise');
});
