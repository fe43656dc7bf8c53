import type { Argument, Command, Option } from 'commander';
import { type WordKind, wordKindOf } from './dynamic-words.js';

/** What may stand at a place of a command line: words that are known, and words that the lattice knows. */
export type Place = readonly string[] | WordKind;

/** One line of what a shell has to know. */
export type CompletionRow =
  /** Below the command `path` there is the command `word`. */
  | { readonly kind: 'cmd'; readonly path: string; readonly word: string; readonly text: string }
  /** It has a flag. */
  | { readonly kind: 'opt'; readonly path: string; readonly word: string; readonly text: string }
  /** The flag takes a value. */
  | { readonly kind: 'val'; readonly path: string; readonly word: string; readonly text: string }
  /** What its argument of that number, from 0, may be; `*`: that one and all after it. */
  | { readonly kind: 'arg'; readonly path: string; readonly word: string; readonly text: string };

/** Commands, flags and arguments as they are defined, a row each. What all commands share is at the path `*`. */
export function completionTable(program: Command): readonly CompletionRow[] {
  const shared = new Set(program.options.map(({ flags }) => flags));
  return [...rowsOfOptions('*', program.options), ...rowsOf(program, '/', shared)];
}

function rowsOf(command: Command, path: string, shared: ReadonlySet<string>): readonly CompletionRow[] {
  const own = command.options.filter(({ flags, hidden }) => !shared.has(flags) && !hidden);
  // `help` is with every group, beside `--help`.
  const shown = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
  return [
    ...(path === '/' ? [] : rowsOfOptions(path, own)),
    ...command.registeredArguments.flatMap((argument, index) => rowsOfArgument(path, argument, index)),
    ...shown.flatMap((child) => [
      { kind: 'cmd', path, word: child.name(), text: oneLine(child.description()) } as const,
      ...rowsOf(child, `${path === '/' ? '' : path}/${child.name()}`, shared),
    ]),
  ];
}

function rowsOfOptions(path: string, options: readonly Option[]): readonly CompletionRow[] {
  return options.flatMap((option) =>
    [option.long, option.short]
      .filter((word) => word !== undefined && word !== null)
      .flatMap((word): CompletionRow[] => [
        { kind: 'opt', path, word, text: oneLine(option.description) },
        ...(option.required || option.optional
          ? [{ kind: 'val', path, word, text: placeText(placeOfOption(option)) } as const]
          : []),
      ]),
  );
}

function rowsOfArgument(path: string, argument: Argument, index: number): readonly CompletionRow[] {
  const place = argument.argChoices ?? wordKindOf(path, argument.name()) ?? 'file';
  return [
    { kind: 'arg', path, word: argument.variadic ? `${index}*` : String(index), text: placeText(place) },
  ];
}

function placeOfOption(option: Option): Place {
  return option.argChoices ?? wordKindOf('*', option.long ?? '') ?? 'file';
}

/** Words with blanks between, or `@` and the kind of what the lattice knows. */
function placeText(place: Place): string {
  return typeof place === 'string' ? `@${place}` : place.join(' ');
}

/** A row is a line, with bars between what it holds. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '/');
}

export function rowText({ kind, path, word, text }: CompletionRow): string {
  return [kind, path, word, text].join('|');
}
