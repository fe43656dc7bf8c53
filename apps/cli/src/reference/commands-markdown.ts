import type { Argument, Command, Option } from 'commander';

/** The reference of all commands of a program, in Markdown: usage, arguments and options of each; those that all have only once. */
export function commandsMarkdown(program: Command): string {
  const common = program.options.filter(({ long }) => long !== '--version');
  const isCommon = ({ flags }: Option): boolean => common.some((each) => each.flags === flags);
  const parts = [
    '# Commands',
    'Written by a test of `apps/cli` from what `wasmlattice` itself knows: `vitest run src/reference -u` there writes it anew.',
    `${program.description()} Exit codes: 0 for success, 1 for what was tried and did not work, 2 for a mistake in arguments, variables or a manifest, 3 for no NATS server or no host, 130 after Ctrl-C.`,
    '## Options of all commands that talk to a lattice',
    table('Option', common.map(optionRow)),
    ...leaves(program).flatMap(({ path, command }) => section(path, command, isCommon)),
  ];
  return `${parts.join('\n\n')}\n`;
}

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

/** Commands that do something, by what is typed, in the order of the help. */
function leaves(command: Command, path = command.name()): Leaf[] {
  return command.commands.flatMap((each) => {
    const inner = `${path} ${each.name()}`;
    return each.commands.length > 0 ? leaves(each, inner) : [{ path: inner, command: each }];
  });
}

function section(path: string, command: Command, isCommon: (option: Option) => boolean): string[] {
  const options = command.options.filter((option) => !option.hidden && !isCommon(option));
  const words = command.registeredArguments.filter(({ description }) => description !== '');
  return [
    `## ${path}`,
    sentence(command.description()),
    `\`\`\`text\n${[path, command.usage()].join(' ').trim()}\n\`\`\``,
    ...(words.length > 0 ? [table('Argument', words.map(argumentRow))] : []),
    ...(options.length > 0 ? [table('Option', options.map(optionRow))] : []),
  ];
}

type Row = readonly [name: string, meaning: string];

function argumentRow(argument: Argument): Row {
  return [argument.name(), withChoices(argument.description, argument.argChoices)];
}

function optionRow({ flags, description, argChoices, defaultValue }: Option): Row {
  const fallback =
    typeof defaultValue === 'string' || typeof defaultValue === 'number' ? ` (default: ${defaultValue})` : '';
  return [flags, `${withChoices(description, argChoices)}${fallback}`];
}

function withChoices(text: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? text : `${text}: ${choices.join(', ')}`;
}

/** A table as the formatter would have it. */
function table(heading: string, rows: readonly Row[]): string {
  const cells = [
    [heading, 'Meaning'] as const,
    ...rows.map(([name, text]) => [`\`${inCell(name)}\``, inCell(text)] as const),
  ];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join(
    '\n',
  );
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/[<>]/g, '');
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
