import { execFile } from 'node:child_process';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram, runCli } from '../program.js';
import { createTestIo } from '../testing/test-io.js';
import { namedArguments } from './dynamic-words.js';

const run = promisify(execFile);

let dir: TempDir;

/** A program of the name that completion calls; it writes down what it is asked. */
const asked = async (): Promise<string> => (await run('cat', [join(dir.path, 'asked')])).stdout;

beforeAll(async () => {
  dir = await createTempDir();
  const program = join(dir.path, 'wasmlattice');
  await writeFile(
    program,
    `#!/bin/sh\nprintf '%s\\n' "$*" >'${dir.path}/asked'\nprintf 'hello\\nhelper\\nstore\\n$(touch evil)\\n'\n`,
  );
  await chmod(program, 0o755);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const io = createTestIo();
    expect(await runCli(['completion', shell], io)).toBe(0);
    await writeFile(join(dir.path, `completion.${shell}`), io.output);
  }
});
afterAll(() => dir[Symbol.asyncDispose]());

const env = () => ({ PATH: `${dir.path}${delimiter}${process.env.PATH}`, HOME: dir.path });

/** What a shell offers for a command line, the cursor at its end. */
type Complete = (line: string) => Promise<readonly string[]>;

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Calls the function as readline does, with the words that bash makes of the line. */
const inBash: Complete = async (line) => {
  const words = line.split(/(\s+|[=:])/).filter((word) => word.trim() !== '');
  if (/\s$/.test(line)) words.push('');
  const script = `source '${dir.path}/completion.bash'
COMP_LINE=$1; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_wasmlattice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', line, ...words], {
    env: env(),
    cwd: dir.path,
  });
  return lines(stdout);
};

/** Calls the function as the completion system does, and takes what it would offer. */
const inZsh: Complete = async (line) => {
  const words = line.split(/\s+/);
  const script = `compdef() { :; }
compset() { typed=\${typed#*=} }
_files() { print -r -- @files }
compadd() { local -a all; while (( $# )); do case $1 in -a) all=("\${(@P)2}"); shift ;; -d) shift ;; esac; shift; done
  local each; for each in $all; do [[ $each == "$typed"* ]] && print -r -- "$each"; done; return 0 }
source '${dir.path}/completion.zsh'
words=("$@"); CURRENT=$#; _wasmlattice`;
  const { stdout } = await run('zsh', ['-f', '-c', script, 'zsh', ...words], { env: env(), cwd: dir.path });
  return lines(stdout);
};

const inFish: Complete = async (line) => {
  const script = `source '${dir.path}/completion.fish'; complete -C $argv[1]`;
  const { stdout } = await run('fish', ['--no-config', '-c', script, line], { env: env(), cwd: dir.path });
  return lines(stdout).map((each) => each.split('\t')[0] ?? '');
};

const isInstalled = (shell: string): Promise<boolean> =>
  run(shell, ['-c', 'true'])
    .then(() => true)
    .catch(() => false);

const shells: readonly (readonly [string, Complete])[] = [
  ['bash', inBash],
  ...((await isInstalled('zsh')) ? [['zsh', inZsh] as const] : []),
  ...((await isInstalled('fish')) ? [['fish', inFish] as const] : []),
];

describe.each(shells)('completion in %s', (_shell, complete) => {
  it('offers commands and those below them', async () => {
    const all = await complete('wasmlattice ');
    expect(all).toEqual(expect.arrayContaining(['up', 'get', 'doctor', 'logs', 'completion']));
    expect(all).not.toContain('complete-words');
    expect([...(await complete('wasmlattice st'))].sort()).toEqual(['start', 'stop']);
    expect([...(await complete('wasmlattice -x blue get in'))]).toEqual(['inventory']);
  });

  it('offers flags, and the values that they may have', async () => {
    expect(await complete('wasmlattice graph --form')).toEqual(['--format']);
    expect(await complete('wasmlattice get hosts --latt')).toEqual(['--lattice']);
    expect(await complete('wasmlattice graph --format d')).toEqual(['dot']);
    expect([...(await complete('wasmlattice -o '))].sort()).toEqual(['json', 'text']);
    expect(
      (await complete('wasmlattice graph --format=d')).map((word) => word.replace('--format=', '')),
    ).toEqual(['dot']);
    expect([...(await complete('wasmlattice completion '))].sort()).toEqual(['bash', 'fish', 'zsh']);
  });

  it('offers what the lattice has that is meant', async () => {
    expect(await complete('wasmlattice stop component --lattice blue he')).toEqual(['hello', 'helper']);
    expect(await asked()).toBe('complete-words component --lattice blue\n');
    expect(await complete('wasmlattice stop component hello --host-id sto')).toEqual(['store']);
    expect(await asked()).toBe('complete-words host\n');
  });

  it('evaluates neither what is typed nor what the lattice says', async () => {
    for (const word of ['$(>evil)', '`>evil`', "';>evil;'", '(echo>evil)']) {
      await complete(`wasmlattice stop component ${word}`);
      await complete(`wasmlattice ${word} --lattice ${word} `);
    }
    await complete('wasmlattice stop component ');
    expect(await readdir(dir.path)).not.toContain('evil');
  });
});

it('knows only arguments that there are, by the names that they have', () => {
  const named = (command: Command, path = ''): readonly string[] => [
    ...command.registeredArguments.map((argument) => `${path} ${argument.name()}`),
    ...command.commands.flatMap((each) => named(each, `${path}/${each.name()}`)),
  ];
  const all = named(createProgram(createTestIo(), () => {}));
  expect(all).toEqual(expect.arrayContaining([...namedArguments()]));
});
