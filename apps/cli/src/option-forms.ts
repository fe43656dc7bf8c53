import { type Command, Option } from 'commander';

const repeated = new WeakSet<Option>();

/** An option that is given once for each value, as `wash` has them, so that arguments may follow. */
export function repeatedOption(flags: string, help: string): Option {
  const option = new Option(flags, `${help}; may be repeated`).argParser(
    (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value],
  );
  repeated.add(option);
  return option;
}

/** Lets all commands take `--interface a b` for `--interface a --interface b` where `b` can be no argument, as there are enough of them. */
export function takeLists(command: Command): void {
  for (const each of command.commands) takeLists(each);
  if (!command.options.some((option) => repeated.has(option))) return;
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (words) => parse(oneValueEach(command, words));
}

/** Command line words with the flag before each value of a list. */
function oneValueEach(command: Command, words: readonly string[]): string[] {
  const optionOf = (word: string): Option | undefined =>
    command.options.find(({ long, short }) => word === long || word === short);
  const takesNext = (word: string | undefined): boolean =>
    word !== undefined && optionOf(word)?.required === true;
  const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-';
  const places = words.filter((word, index) => !isFlag(word) && !takesNext(words[index - 1])).length;
  const isOpen = words.includes('--') || command.registeredArguments.some(({ variadic }) => variadic);
  let excess = isOpen ? 0 : places - command.registeredArguments.length;
  const result: string[] = [];
  let list: string | undefined;
  for (const [index, word] of words.entries()) {
    const option = isFlag(word) ? optionOf(word) : undefined;
    if (isFlag(word)) list = option !== undefined && repeated.has(option) ? word : undefined;
    else if (list !== undefined && excess > 0 && !takesNext(words[index - 1])) {
      result.push(list);
      excess -= 1;
    }
    result.push(word);
  }
  return result;
}

/** Adds an option, without its short form where the command has another of that form. */
export function addFreeOption(command: Command, option: Option): void {
  if (option.short !== undefined && command.options.some(({ short }) => short === option.short)) {
    option.flags = option.flags.replace(/^-\w, /, '');
    delete option.short;
  }
  command.addOption(option);
}

/** Lets a command take an option by another name, that of `wash`; its help does not show it. */
export function alsoSpelled(command: Command, flags: string, attribute: string): Command {
  const option = new Option(flags).hideHelp();
  return command
    .addOption(option)
    .on(`option:${option.name()}`, (value: string) =>
      command.setOptionValue(attribute, option.required ? value : true),
    );
}

/** Lets a command take options that `wash` has and that mean nothing here; its help does not show them. */
export function alsoTakes(command: Command, ...flags: readonly string[]): Command {
  for (const each of flags) command.addOption(new Option(each).hideHelp());
  return command;
}
