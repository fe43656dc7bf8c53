import { Command, CommanderError, Option } from 'commander';
import { ConfigError } from './config-error.js';
import { hostVersion } from './host-version.js';
import type { Setting } from './setting.js';
import { defaultText, settingGroups } from './setting.js';
import type { SettingValues } from './settings.js';
import { settings } from './settings.js';
import { settingsMarkdown } from './settings-markdown.js';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type SettingName = keyof SettingValues;

/** What the command line asks for: settings, or a text to print before ending with success. */
export type ReadSettings =
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'values'; readonly values: SettingValues; readonly given: ReadonlySet<SettingName> };

const settingNames = Object.keys(settings) as readonly SettingName[];

/**
 * Reads every setting from flags, then from the environment, then from its default.
 *
 * `argv` holds the arguments alone, without the interpreter and the script. An empty variable counts as absent, as
 * container tools pass `NAME=` for values that were never set.
 *
 * @throws {@link ConfigError} for unknown flags; for all bad values and settings that are not available yet, in one message
 */
export function readSettings(argv: readonly string[], env: Environment): ReadSettings {
  const parsed = parseFlags(argv);
  if (typeof parsed === 'string') return { kind: 'print', text: parsed };

  const given = new Set<SettingName>();
  const values: Record<string, unknown> = {};
  const mistakes: ConfigError[] = [];
  for (const name of settingNames) {
    // Each setting reads its own type; the mapped type of `settings` ties the two together by name.
    const setting: Setting<unknown> = settings[name];
    const source = findSource(setting, parsed, env);
    if (source === undefined) {
      values[name] = setting.fallback;
      continue;
    }
    const read = readValue(setting, source);
    if (read instanceof ConfigError) mistakes.push(read);
    else values[name] = read.value;
    given.add(name);
  }
  const [first, ...others] = mistakes;
  if (first !== undefined) throw ConfigError.all([first, ...others]);
  return { kind: 'values', values: values as unknown as SettingValues, given };
}

/** Where the texts of a setting came from. */
interface Source {
  readonly name: string;
  readonly kind: 'flag' | 'variable';
  readonly texts: readonly string[];
}

type Flags = ReadonlyMap<string, readonly string[]>;

function findSource(setting: Setting<unknown>, flags: Flags, env: Environment): Source | undefined {
  for (const flag of [setting.flag, ...(setting.aliases ?? [])]) {
    const texts = flags.get(flag);
    if (texts !== undefined) return { kind: 'flag', name: `--${flag}`, texts };
  }
  const text = setting.variable === undefined ? undefined : env[setting.variable];
  if (setting.variable === undefined || text === undefined || text === '') return undefined;
  return { kind: 'variable', name: setting.variable, texts: [text] };
}

function readValue(setting: Setting<unknown>, source: Source): { readonly value: unknown } | ConfigError {
  const details = { flag: `--${setting.flag}`, variable: setting.variable, allowed: setting.allowed };
  const read = setting.read(source.texts);
  if ('refused' in read) {
    return new ConfigError(
      `${nameBoth(setting, source)} is \`${redact(setting, read.refused)}\`: expected ${setting.allowed}`,
      details,
    );
  }
  if (setting.later === true && read.value !== setting.fallback) {
    return new ConfigError(
      `${nameBoth(setting, source)} is known but not available yet in wasmlattice ${hostVersion}: leave it out`,
      details,
    );
  }
  return read;
}

/** Names the place that was used first and the other way to set the same thing after it. */
function nameBoth(setting: Setting<unknown>, source: Source): string {
  const other = source.kind === 'flag' ? setting.variable : `--${setting.flag}`;
  return other === undefined ? source.name : `${source.name} (also ${other})`;
}

/** Keeps a mistyped secret out of logs and terminals. */
function redact(setting: Setting<unknown>, text: string): string {
  return /seed|jwt|password/.test(setting.flag) ? `${text.slice(0, 2)}…` : text;
}

/** The given flags with their texts, or the text of `--help`, `--help-markdown` and `--version`. */
function parseFlags(argv: readonly string[]): Flags | string {
  let printed = '';
  const command = hostCommand().configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    // Commander hands its message to the error below as well.
    writeErr: () => {},
  });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return printed;
    const message = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
    throw new ConfigError(`${message}; run with --help for the list of flags`);
  }
  if (command.getOptionValue('helpMarkdown') === true) return settingsMarkdown();
  const flags = new Map<string, readonly string[]>();
  for (const option of command.options) {
    const read: unknown = command.getOptionValue(option.attributeName());
    if (read === undefined || option.long === undefined || option.long === null) continue;
    flags.set(option.long.slice(2), Array.isArray(read) ? read.map(String) : ['true']);
  }
  return flags;
}

function hostCommand(): Command {
  const command = new Command('wasmlattice-host')
    .description('Run a host: it takes part in a lattice and runs WebAssembly components and providers.')
    .usage('[flags]')
    .version(hostVersion, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .exitOverride();
  for (const group of settingGroups) {
    for (const name of settingNames) {
      const setting: Setting<unknown> = settings[name];
      if (setting.group === group) addOptions(command, setting);
    }
  }
  command.addOption(new Option('--help-markdown', 'Print the flags as Markdown').hideHelp());
  command.addHelpText(
    'after',
    '\nA flag wins over its variable. More settings, and what they do: the README of @wasmlattice/host.',
  );
  return command;
}

function addOptions(command: Command, setting: Setting<unknown>): void {
  const collect = (text: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    text,
  ];
  const placeholder = setting.shape === 'switch' ? '' : ` <${setting.placeholder}>`;
  for (const flag of [setting.flag, ...(setting.aliases ?? [])]) {
    const short = flag === setting.flag && setting.short !== undefined ? `-${setting.short}, ` : '';
    const option = new Option(`${short}--${flag}${placeholder}`, helpLine(setting));
    option.helpGroup(`${setting.group}:`);
    if (flag !== setting.flag || setting.advanced === true || setting.later === true) option.hideHelp();
    if (setting.shape !== 'switch') option.argParser(collect);
    command.addOption(option);
  }
}

function helpLine(setting: Setting<unknown>): string {
  const notes = [];
  if (setting.variable !== undefined) notes.push(setting.variable);
  if (setting.shape !== 'switch') notes.push(`default: ${defaultText(setting)}`);
  return notes.length === 0 ? setting.help : `${setting.help} (${notes.join('; ')})`;
}
