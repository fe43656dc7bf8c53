import { parseArgs } from 'node:util';
import { runScript, UsageError } from './errors.mjs';

/**
 * What a script takes on its command line.
 *
 * @typedef {object} ScriptCommand
 * @property {string} name as people type it: `pnpm gallery`
 * @property {string} summary one sentence that says what it does
 * @property {string} [positionals] what words without `--` are: `LANGUAGE`; without it there are none
 * @property {Record<string, { help: string, value?: string, multiple?: boolean }>} [options] by their names; one with `value` takes one
 * @property {string} [more] what else to know, in whole lines
 */

/**
 * Runs an entry script that people call: `--help` prints its usage, and what it does not take is named, before anything is set up.
 *
 * @param {ScriptCommand} command
 * @param {(given: { values: object, positionals: string[], args: string[] }) => unknown} main gets what was typed, `args` as it was; its
 * result is the exit code
 */
export async function runCommand(command, main, argv = process.argv.slice(2)) {
  await runScript(() => {
    // pnpm and yarn hand on the `--` that npm wants.
    const args = argv[0] === '--' ? argv.slice(1) : argv;
    const given = readCommandLine(command, args);
    if (given.values.help !== true) return main({ ...given, args });
    process.stdout.write(describeCommand(command));
    return 0;
  });
}

/** @throws UsageError for an option or a word that the command does not take */
export function readCommandLine(command, args) {
  const options = { ...command.options, help };
  const types = Object.fromEntries(
    Object.entries(options).map(([name, { value, multiple = false, short }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple, ...(short && { short }) },
    ]),
  );
  const refuse = (what) => {
    throw new UsageError(`${command.name}: ${what}\n\n${describeCommand(command)}`.trimEnd());
  };
  const { tokens } = parseArgs({ args, options: types, strict: false, tokens: true });
  for (const { kind, name, rawName, value } of tokens) {
    if (kind === 'option' && options[name] === undefined) refuse(`${rawName} is no option of it`);
    if (kind === 'positional' && command.positionals === undefined)
      refuse(`it takes no words, and no \`${value}\``);
  }
  try {
    return parseArgs({ args, options: types, allowPositionals: true });
  } catch (error) {
    return refuse(error.message);
  }
}

const help = { help: 'print this', short: 'h' };

/** @param {ScriptCommand} command */
export function describeCommand({ name, summary, positionals, options = {}, more }) {
  const rows = Object.entries({ ...options, help }).map(([option, { value, ...rest }]) => [
    `--${option}${value === undefined ? '' : ` ${value}`}`,
    `${rest.help}${rest.multiple === true ? '; repeatable' : ''}`,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const words = [name, ...(positionals === undefined ? [] : [`[${positionals}…]`]), '[options]'];
  const lines = [`Usage: ${words.join(' ')}`, '', summary, ...(more === undefined ? [] : ['', more]), ''];
  return `${[...lines, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join('\n')}\n`;
}
