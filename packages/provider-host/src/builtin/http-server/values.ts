import type { StringMap } from '@wasmlattice/control-interface/types';
import { ProviderConfigError } from '../../errors.js';
import { parseSocketAddress, type SocketAddress } from './socket-address.js';

/** Settings by key in lower case: texts, or what a JSON document has. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * Keys may be in any case. `config_json` or `config_b64` (base64, padding or not) hold all settings as JSON, all other keys are ignored
 * then. Throws a {@link ProviderConfigError} naming the key.
 */
export function settingsOf(config: StringMap): Settings {
  const settings = Object.fromEntries(
    Object.entries(config).map(([key, value]): [string, string | undefined] => [key.toLowerCase(), value]),
  );
  const { config_b64: base64, config_json: json } = settings;
  if (base64 !== undefined)
    return parseDocument('config_b64', Buffer.from(base64, 'base64').toString('utf8'));
  return json === undefined ? settings : parseDocument('config_json', json);
}

function parseDocument(key: string, text: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProviderConfigError(`${key} does not hold valid JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProviderConfigError(`${key} must hold a JSON object with the settings`);
  }
  return value as Settings;
}

export function parseAddress(key: string, value: unknown): SocketAddress {
  const address = typeof value === 'string' ? parseSocketAddress(value) : undefined;
  if (address === undefined) {
    throw new ProviderConfigError(
      `${key} must be an IP address and a port such as "127.0.0.1:8000" or "[::1]:8000", got ${JSON.stringify(value)}`,
    );
  }
  return address;
}

/** A whole number within bounds, as text or as JSON has it; `undefined` if there is none. */
export function readNumber(settings: Settings, key: string, min: number, max: number): number | undefined {
  const value = settings[key];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
  throw new ProviderConfigError(
    `${key} must be a number from ${min} to ${max}, got ${JSON.stringify(value)}`,
  );
}

/** `true` or `false`, as text or as JSON has it. */
export function readFlag(settings: Settings, key: string): boolean | undefined {
  const value = settings[key];
  if (value === undefined || value === null) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new ProviderConfigError(`${key} must be true or false, got ${JSON.stringify(value)}`);
}

/** A text that fits the form, which `expected` describes. */
export function readText(
  settings: Settings,
  key: string,
  form: RegExp,
  expected: string,
): string | undefined {
  const value = settings[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && form.test(value)) return value;
  throw new ProviderConfigError(`${key} must be ${expected}, got ${JSON.stringify(value)}`);
}

/** A list of texts: a JSON array, or texts with commas between them. */
export function readList(
  settings: Settings,
  key: string,
  isItem: (text: string) => boolean,
  expected: string,
): readonly string[] | undefined {
  const value = settings[key];
  if (value === undefined || value === null) return undefined;
  const items = typeof value === 'string' ? listIn(value) : value;
  if (Array.isArray(items) && items.every((item) => typeof item === 'string' && isItem(item))) return items;
  throw new ProviderConfigError(`${key} must be a list of ${expected}, got ${JSON.stringify(value)}`);
}

function listIn(text: string): unknown {
  if (!text.trimStart().startsWith('[')) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
