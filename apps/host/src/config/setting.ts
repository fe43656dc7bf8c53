import type { ValueKind } from './value-kinds.js';
import { trueOrFalse } from './value-kinds.js';

/** Headings of the help, in the order they appear. */
export const settingGroups = [
  'General',
  'NATS',
  'Embedded NATS server',
  'Component limits',
  'Logging',
  'Observability',
  'Policy and secrets',
  'Registries and TLS',
] as const;

export type SettingGroup = (typeof settingGroups)[number];

/** What is the same for a setting of any type. */
export interface SettingDescription {
  /** Long flag without dashes. */
  readonly flag: string;
  /** Single letter of the short flag. */
  readonly short?: string;
  /** Other long flags, without dashes, that mean the same. */
  readonly aliases?: readonly string[];
  /** Environment variable that is read when the flag is absent. */
  readonly variable?: string;
  readonly group: SettingGroup;
  /** One line of help, without a full stop. */
  readonly help: string;
  /** Left out of `--help`, listed in the README: settings few people touch. */
  readonly advanced?: boolean;
  /**
   * Known from wasmCloud 1.x but without effect in this version. Asking for anything but the default is refused:
   * a policy topic that is silently ignored would be worse than a host that does not start.
   */
  readonly later?: boolean;
}

/** One setting of the host. */
export interface Setting<T> extends SettingDescription {
  /**
   * `switch` takes no value on the command line; `value` takes one; `list` takes commas and may be repeated;
   * `repeat` may be repeated but keeps commas.
   */
  readonly shape: 'switch' | 'value' | 'list' | 'repeat';
  readonly placeholder: string;
  readonly allowed: string;
  readonly fallback: T;
  /** How the default reads in help, when it is not the value itself. */
  readonly fallbackText?: string;
  /** The value of the given texts, or the first text that is not allowed. */
  read(texts: readonly string[]): { readonly value: T } | { readonly refused: string };
}

/** A setting with one value and a default. */
export function value<T>(kind: ValueKind<T>, fallback: T, about: SettingDescription): Setting<T> {
  return {
    ...about,
    shape: 'value',
    placeholder: kind.placeholder,
    allowed: kind.allowed,
    fallback,
    read: (texts) => readOne(kind, texts),
  };
}

/** A setting with one value or none; `fallbackText` says what holds without it. */
export function optional<T>(
  kind: ValueKind<T>,
  fallbackText: string,
  about: SettingDescription,
): Setting<T | undefined> {
  return { ...value<T | undefined>(kind, undefined, about), fallbackText };
}

/** A plain switch: off unless given. Its variable takes `true` or `false`. */
export function toggle(about: SettingDescription): Setting<boolean> {
  return {
    ...about,
    shape: 'switch',
    placeholder: '',
    allowed: trueOrFalse.allowed,
    fallback: false,
    read: (texts) => readOne(trueOrFalse, texts),
  };
}

/** A setting with any number of values; none unless there is a `fallback`. */
export function list<T>(
  kind: ValueKind<T>,
  shape: 'list' | 'repeat',
  about: SettingDescription,
  fallback: readonly T[] = [],
): Setting<readonly T[]> {
  return {
    ...about,
    shape,
    placeholder: kind.placeholder,
    allowed: kind.allowed,
    fallback,
    fallbackText: fallback.length === 0 ? 'none' : fallback.join(','),
    read(texts) {
      const values: T[] = [];
      for (const text of shape === 'list' ? texts.flatMap((each) => each.split(',')) : texts) {
        const parsed = kind.parse(text);
        if (parsed === undefined) return { refused: text };
        values.push(parsed);
      }
      return { value: values };
    },
  };
}

/** The default of a setting in words. */
export function defaultText(setting: Setting<unknown>): string {
  return setting.fallbackText ?? String(setting.fallback);
}

// Given twice, the last one wins: scripts can put a user's flags after their own.
function readOne<T>(kind: ValueKind<T>, texts: readonly string[]): { value: T } | { refused: string } {
  const text = texts.at(-1) ?? '';
  const parsed = kind.parse(text);
  return parsed === undefined ? { refused: text } : { value: parsed };
}
