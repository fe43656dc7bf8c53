import type { JsonValue } from '@wasmlattice/rpc/json';
import { bytesToJson, isBase64 } from '../file/bytes.js';

/** Headers whose values are never recorded, whoever asks. */
const secretHeaders: readonly string[] = [
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
];

/** What a masked value is recorded as. It is a token of HTTP and needs no escape anywhere, so that what guests make of it can be foretold. */
const standInForm = /^masked-(\d+)$/;

/** Shorter values are masked where they stand only: elsewhere they may be anything. */
const shortestSought = 6;

/**
 * What must not be recorded, and what is recorded in its place: the same for the same value. A stand-in stands for itself, so that a replay
 * that begins with stand-ins records them.
 */
export class Masks {
  readonly #names: ReadonlySet<string>;
  readonly #standIns = new Map<string, string>();
  #last: number;

  /**
   * @param names of headers, configuration keys, parameters, record fields and query parameters whose values are masked, too
   * @param given stand-ins that are in use already
   */
  constructor(names: readonly string[] = [], given = 0) {
    this.#last = given;
    this.#names = new Set([...secretHeaders, ...names].map((name) => name.toLowerCase()));
  }

  /** How many stand-ins are in use. */
  get given(): number {
    return this.#last;
  }

  /** Whether what goes by that name is masked. */
  isNamed(name: string): boolean {
    return this.#names.has(name.toLowerCase());
  }

  /** In place of a value that is secret as a whole. */
  standIn(value: string): string {
    if (value === '') return value;
    const given = standInForm.exec(value);
    if (given !== null) {
      this.#last = Math.max(this.#last, Number(given[1]));
      return value;
    }
    const known = this.#standIns.get(value);
    if (known !== undefined) return known;
    const made = `masked-${++this.#last}`;
    this.#standIns.set(value, made);
    return made;
  }

  /** In place of the value of a header that {@link Masks.isNamed | is named}: its form stays. */
  header(name: string, value: string): string {
    switch (name.toLowerCase()) {
      case 'authorization':
      case 'proxy-authorization': {
        const [, scheme, credentials] = /^(\S+) +(\S.*)$/.exec(value) ?? [];
        if (scheme === undefined || credentials === undefined) return this.standIn(value);
        const masked = this.standIn(credentials);
        if (/^basic$/i.test(scheme)) {
          const [, password] = /^[^:]*:(.+)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? [];
          if (password !== undefined) this.standIn(password);
        }
        return `${scheme} ${masked}`;
      }
      case 'cookie':
        return value
          .split(';')
          .map((pair) => this.#cookie(pair))
          .join(';');
      case 'set-cookie': {
        const [pair = '', ...attributes] = value.split(';');
        return [this.#cookie(pair), ...attributes].join(';');
      }
      default:
        return this.standIn(value);
    }
  }

  /** In place of a path: the values of query parameters that are named. */
  path(path: string): string {
    return path.replace(/([?&])([^=&#]+)=([^&#]*)/g, (all, mark: string, name: string, value: string) =>
      this.isNamed(name) ? `${mark}${name}=${this.standIn(value)}` : all,
    );
  }

  /** In place of what goes by a name: any text in it. */
  named(name: string, json: JsonValue): JsonValue {
    if (typeof json === 'string') return this.header(name, json);
    if (isBase64(json)) return this.standIn(Buffer.from(json.base64, 'base64').toString('latin1'));
    if (Array.isArray(json)) return json.map((item: JsonValue) => this.named(name, item));
    if (typeof json !== 'object' || json === null) return json;
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, this.named(name, value)]));
  }

  /** Whatever has become of the values elsewhere: in keys, bodies, addresses, also as base64 or part of a URL. */
  scrub(json: JsonValue): JsonValue {
    const forms = [...this.#standIns].filter(([value]) => value.length >= shortestSought).flatMap(formsOf);
    if (forms.length === 0) return json;
    // The longest first: one may be a part of another.
    forms.sort(([one], [other]) => other.length - one.length);
    return replaceAll(json, (text) =>
      forms.reduce((found, [from, to]) => (found.includes(from) ? found.replaceAll(from, to) : found), text),
    );
  }

  #cookie(pair: string): string {
    const [, name, value] = /^([^=]*=)\s*"?([^"]*)"?$/s.exec(pair) ?? [];
    return name === undefined ? this.standIn(pair) : `${name}${this.standIn(value ?? '')}`;
  }
}

function formsOf([value, standIn]: readonly [string, string]): (readonly [string, string])[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const forms = new Map([
    [value, standIn],
    [encodeURIComponent(value), standIn],
    [JSON.stringify(value).slice(1, -1), standIn],
    [Buffer.from(value).toString('latin1'), standIn],
    [base64(value), base64(standIn)],
    [base64(value).replace(/=+$/, ''), base64(standIn).replace(/=+$/, '')],
    [Buffer.from(value).toString('base64url'), Buffer.from(standIn).toString('base64url')],
  ]);
  return [...forms];
}

function replaceAll(json: JsonValue, replace: (text: string) => string): JsonValue {
  if (typeof json === 'string') return replace(json);
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item: JsonValue) => replaceAll(item, replace));
  if (isBase64(json)) {
    const found = Buffer.from(json.base64, 'base64').toString('latin1');
    const replaced = replace(found);
    return replaced === found ? json : bytesToJson(Buffer.from(replaced, 'latin1'));
  }
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [replace(key), replaceAll(value, replace)]),
  );
}
