import { ClaimsError } from './claims-error.js';

type Fields = Readonly<Record<string, unknown>>;

/** Reads the fields of a JSON object of a token by the types they must have; `null` counts as absent. */
export class TokenFields {
  readonly #fields: Fields;
  readonly #what: string;

  /** @throws ClaimsError when `value` is no object */
  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ClaimsError('malformed', `${what} is no JSON object`);
    }
    this.#fields = value as Fields;
    this.#what = what;
  }

  text(name: string): string | undefined {
    return this.#optional(name, 'a text', (value) => typeof value === 'string') as string | undefined;
  }

  requiredText(name: string): string {
    return this.#required(name, this.text(name));
  }

  flag(name: string): boolean | undefined {
    return this.#optional(name, 'true or false', (value) => typeof value === 'boolean') as
      | boolean
      | undefined;
  }

  /** A whole number from `least` to `most`. */
  integer(name: string, least: number, most: number): number | undefined {
    const isInRange = (value: unknown): boolean =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
    return this.#optional(name, `a whole number from ${least} to ${most}`, isInRange) as number | undefined;
  }

  seconds(name: string): number | undefined {
    return this.integer(name, 0, Number.MAX_SAFE_INTEGER);
  }

  requiredSeconds(name: string): number {
    return this.#required(name, this.seconds(name));
  }

  texts(name: string): readonly string[] | undefined {
    const areTexts = (value: unknown): boolean =>
      Array.isArray(value) && value.every((item) => typeof item === 'string');
    return this.#optional(name, 'a list of texts', areTexts) as readonly string[] | undefined;
  }

  textMap(name: string): ReadonlyMap<string, string> | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    const entries = Object.entries(new TokenFields(value, `${this.#what}: ${name}`).#fields);
    if (entries.some(([, text]) => typeof text !== 'string')) {
      throw new ClaimsError('malformed', `${this.#what}: ${name} is no map of texts`);
    }
    return new Map(entries as [string, string][]);
  }

  requiredTextMap(name: string): ReadonlyMap<string, string> {
    return this.#required(name, this.textMap(name));
  }

  any(name: string): unknown {
    return this.#read(name);
  }

  #read(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined;
  }

  #optional(name: string, expected: string, holds: (value: unknown) => boolean): unknown {
    const value = this.#read(name);
    if (value !== undefined && !holds(value)) {
      throw new ClaimsError('malformed', `${this.#what}: ${name} is not ${expected}`);
    }
    return value;
  }

  #required<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw new ClaimsError('malformed', `${this.#what}: ${name} is missing`);
    return value;
  }
}
