import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from './errors.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { describeCommand, readCommandLine } from './script-command.mjs';

const command = {
  name: 'pnpm paint',
  summary: 'Paints things.',
  positionals: 'THING',
  options: { colour: { value: 'NAME', multiple: true, help: 'any' }, dry: { help: 'paint nothing' } },
};

test('values and words are read', () => {
  const { values, positionals } = readCommandLine(command, [
    'wall',
    '--colour',
    'red',
    '--dry',
    '--colour=blue',
  ]);
  expect({ ...values }).toEqual({ colour: ['red', 'blue'], dry: true });
  expect(positionals).toEqual(['wall']);
});

test.each([
  [command, ['--color', 'red'], 'pnpm paint: --color is no option of it\n'],
  [command, ['-x'], 'pnpm paint: -x is no option of it\n'],
  [command, ['--colour'], "pnpm paint: Option '--colour <value>' argument missing\n"],
  [command, ['--dry=yes'], "pnpm paint: Option '--dry' does not take an argument\n"],
  [{ ...command, positionals: undefined }, ['wall'], 'pnpm paint: it takes no words, and no `wall`\n'],
])('what it does not take is named, with its usage: %#', (given, args, message) => {
  expect(() => readCommandLine(given, args)).toThrow(UsageError);
  expect(() => readCommandLine(given, args)).toThrow(message);
  expect(() => readCommandLine(given, args)).toThrow('Usage: pnpm paint');
});

test('the usage has a line for each option', () => {
  expect(describeCommand(command)).toBe(
    [
      'Usage: pnpm paint [THING…] [options]',
      '',
      'Paints things.',
      '',
      '  --colour NAME  any; repeatable',
      '  --dry          paint nothing',
      '  --help         print this',
      '',
    ].join('\n'),
  );
});

const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const entries = Object.values(scripts)
  .map((line) => /^node (scripts\/[\w-]+\.mjs)$/.exec(line)?.[1])
  // The command line has a help of its own.
  .filter((path) => path !== undefined && path !== 'scripts/wasmlattice.mjs');

test.each(entries)(
  '%s prints its usage, and names a mistyped option, before it does anything',
  async (path) => {
    const script = (...args) => run(process.execPath, [join(root, path), ...args], { cwd: root });
    const [usage, behindDashes, mistyped] = await Promise.all([
      script('--help'),
      script('--', '-h'),
      script('--hepl'),
    ]);
    expect(usage).toMatchObject({ code: 0, output: expect.stringMatching(/^Usage: (pnpm|npm) /) });
    expect(behindDashes).toEqual(usage);
    expect(mistyped).toMatchObject({ code: 2, output: expect.stringContaining('--hepl is no option of it') });
  },
);
