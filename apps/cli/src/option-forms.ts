import { type Command, Option } from 'commander';

/** An option that is given once for each value, as `wash` has them, so that arguments may follow. */
export function repeatedOption(flags: string, help: string): Option {
  return new Option(flags, `${help}; may be repeated`).argParser(
    (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value],
  );
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
