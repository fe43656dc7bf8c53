import type { ConfigKey } from './config-schema.js';

/** A config key with a type: how its text is read, and what counts without it. */
export interface Setting<T> extends Omit<ConfigKey, 'name'> {
  /** @throws InvalidValueError that says what to give */
  readonly read: (text: string) => T;
  readonly fallback: Fallback<T>;
  readonly secret: Secrecy;
  /** Links that take the provider's value where they leave it out. */
  readonly inheritedBy: Inheritance;
}

/** What counts where nobody gives a value. */
export type Fallback<T> =
  | { readonly tag: 'required' }
  | {
      readonly tag: 'value';
      readonly value: T;
    };

/** `bare-links`: those without any config. One that says something else has most likely misspelt the key. */
export type Inheritance = 'all-links' | 'bare-links';

/**
 * Whether the value may be a secret of the key's name, which comes first and is never shown; `advised`: neither is a value from a
 * config.
 */
export type Secrecy = 'no' | 'possible' | 'advised';

export interface SettingOptions<T> extends Partial<Omit<ConfigKey, 'name'>> {
  /** Links without it are refused. */
  readonly required?: true;
  /** Without it, and if the setting is not required, the value may be `undefined`. */
  readonly default?: T;
  /** @default 'no' */
  readonly secret?: Secrecy;
  /** @default 'all-links' */
  readonly inheritedBy?: Inheritance;
}

/** What a setting with these options is for its reader. */
export type SettingValue<T, Options> = Options extends
  | { readonly required: true }
  | { readonly default: unknown }
  ? T
  : T | undefined;

/** A text that is no value of its setting; the message says what to give: `give a whole number from 1 to 10`. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';
}

/**
 * A setting with a form of its own.
 *
 * @param read throws an {@link InvalidValueError} that says what to give
 */
export function setting<T, const Options extends SettingOptions<T>>(
  read: (text: string) => T,
  options: Options,
): Setting<SettingValue<T, Options>> {
  return make(read, options) as Setting<SettingValue<T, Options>>;
}

function make<T>(read: (text: string) => T, options: SettingOptions<T>): Setting<T | undefined> {
  const { required, default: value, secret = 'no', sides, inheritedBy, ...key } = options;
  return {
    ...key,
    sides: sides ?? ['provider', 'target'],
    defaultText: key.defaultText ?? (required === true ? 'required' : shown(value)),
    read,
    fallback: required === true ? { tag: 'required' } : { tag: 'value', value },
    secret,
    inheritedBy: inheritedBy ?? 'all-links',
  };
}

export interface TextOptions extends SettingOptions<string> {
  /** What the text looks like, and the words for it: `use letters, digits, "_" and "-" only`. */
  readonly form?: { readonly pattern: RegExp; readonly give: string };
}

/** A text without spaces at its ends; an empty one counts as none. */
export function text<const Options extends TextOptions>(
  options: Options,
): Setting<SettingValue<string, Options>> {
  const { form, ...rest }: TextOptions = options;
  const read = (given: string): string => {
    if (form?.pattern.test(given) === false) throw new InvalidValueError(form.give);
    return given;
  };
  return make<string>(read, rest) as Setting<SettingValue<string, Options>>;
}

/** Texts under any keys that begin alike, by what follows: `alias_a` and `alias_b` with `startsWith: 'alias_'` are `a` and `b`. */
export function texts(
  options: SettingOptions<Readonly<Record<string, string>>> & { readonly startsWith: string },
): Setting<Readonly<Record<string, string>>> {
  const read = (): never => {
    throw new Error('keys that begin alike are read together');
  };
  return setting<Readonly<Record<string, string>>, { readonly default: Readonly<Record<string, string>> }>(
    read,
    {
      defaultText: 'none',
      ...options,
      default: {},
    },
  );
}

/** The range of a number, both ends included. */
export interface NumberOptions extends SettingOptions<number> {
  readonly least: number;
  readonly most: number;
}

export function wholeNumber<const Options extends NumberOptions>(
  options: Options,
): Setting<SettingValue<number, Options>> {
  const { least, most, ...rest }: NumberOptions = options;
  const read = (given: string): number => {
    const value = Number(given);
    if (/^-?\d+$/.test(given) && value >= least && value <= most) return value;
    throw new InvalidValueError(`give a whole number from ${least} to ${most}`);
  };
  return make<number>(read, rest) as Setting<SettingValue<number, Options>>;
}

/** `true` or `false`, also `yes` and `no`, in any case; `false` by default. */
export function flag(options: SettingOptions<boolean> = {}): Setting<boolean> {
  const read = (given: string): boolean => {
    const word = given.toLowerCase();
    if (word === 'true' || word === 'yes') return true;
    if (word === 'false' || word === 'no') return false;
    throw new InvalidValueError('give true or false');
  };
  return setting(read, { default: false, ...options });
}

/** One of several words, in any case. */
export function oneOf<const Word extends string, const Options extends SettingOptions<NoInfer<Word>>>(
  words: readonly Word[],
  options: Options,
): Setting<SettingValue<Word, Options>> {
  const read = (given: string): Word => {
    const found = words.find((word) => word.toLowerCase() === given.toLowerCase());
    if (found !== undefined) return found;
    throw new InvalidValueError(`give one of ${words.join(', ')}`);
  };
  return setting<Word, Options>(read, options);
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'number' ? String(value) : `\`${String(value)}\``;
}
