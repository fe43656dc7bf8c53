import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.js';
import { createTestIo } from './testing/test-io.js';

/** A command of `wash`, as its help writes it. */
interface WashCommand {
  /** `<name>` or `[name]`, those of many values with `...`. */
  readonly arguments: readonly string[];
  /** `-c --constraint VALUE`, `--skip-wait`. */
  readonly flags: readonly string[];
}

// What `--help` of wash 0.44.0 says of each command that talks to a lattice, and of two that look at files.
const washCommands: Readonly<Record<string, WashCommand>> = JSON.parse(
  await readFile(new URL('./testing/wash-words.json', import.meta.url), 'utf8'),
);

/** Words that are left out, see docs/compatibility.md. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  everywhere: ['--context', '--ctl-tls-first', '--context-dir'],
  // Its functions are shown without being asked for.
  inspect: ['--wit'],
  // A request goes to a server that is linked to the component.
  call: [
    '--http-body',
    '--http-body-path',
    '--http-content-type',
    '--http-host',
    '--http-method',
    '--http-port',
    '--http-response-extract-json',
    '--http-scheme',
  ],
  // `app validate` checks images as far as they are files.
  'app validate': ['--check-image-refs'],
};

function find(path: string): Command | undefined {
  let command: Command | undefined = createProgram(createTestIo(), () => {});
  for (const word of path.split(' ')) {
    command = command?.commands.find((each) => each.name() === word || each.aliases().includes(word));
  }
  return command;
}

/** Why a flag of theirs is none of ours, if so. */
function missing(command: Command, flag: string): string | undefined {
  const [, short, long = '', value] = /^(?:(-\w) )?(--[\w-]+)(?: (.+))?$/.exec(flag) ?? [];
  const option = command.options.find((each) => each.long === long);
  if (option === undefined) return `${long} is not known`;
  // Where `wash` has another name for the same flag, the short form belongs to the one that help shows.
  const hasShort = command.options.some((each) => each.short === short);
  if (short !== undefined && !hasShort) return `${short} is not known`;
  const takes = option.required ? 'VALUE' : option.optional ? '[VALUE]' : undefined;
  return takes === value ? undefined : `${long} takes ${takes}`;
}

describe.each(Object.entries(washCommands))('wash %s', (path, theirs) => {
  const command = find(path);
  it('has the same flags', () => {
    expect(command).toBeDefined();
    if (command === undefined) return;
    const skipped = [...(leftOut.everywhere ?? []), ...(leftOut[path] ?? [])];
    const problems = theirs.flags
      .filter((flag) => !skipped.some((each) => flag.split(' ').includes(each)))
      .map((flag) => missing(command, flag))
      .filter((problem) => problem !== undefined);
    expect(problems).toEqual([]);
  });

  it('takes as many arguments', () => {
    // A host is given labels, or none are taken away, without a word there.
    if (path === 'label') return;
    const needed = command?.registeredArguments.filter(({ required }) => required).length ?? Number.NaN;
    expect(needed).toBeLessThanOrEqual(theirs.arguments.filter((each) => each.startsWith('<')).length);
    const isVariadic = command?.registeredArguments.some(({ variadic }) => variadic);
    if (isVariadic !== true) {
      expect(command?.registeredArguments.length).toBeGreaterThanOrEqual(theirs.arguments.length);
    }
  });
});
