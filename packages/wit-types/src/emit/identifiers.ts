import { camelCase } from '@wasmlattice/rpc';

/** What has a meaning of its own in TypeScript, as the name of a variable or a type. */
const reserved = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static super switch ' +
    'this throw true try typeof undefined var void while with yield ' +
    'any bigint boolean never number object string symbol unknown'
  ).split(' '),
);

/** `no-such-store` → `noSuchStore`; with `_` at its end where TypeScript has another use for it. */
export function variableName(name: string): string {
  const camel = camelCase(name);
  return reserved.has(camel) ? `${camel}_` : camel;
}

/** `key-response` → `KeyResponse` */
export function typeName(name: string): string {
  const camel = camelCase(name);
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}

/** As the name of a property. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Names of one module, each given out once. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** @returns the first that is free; else the last, with a number */
  take(...candidates: readonly [string, ...string[]]): string {
    const last = candidates.at(-1) as string;
    let name = candidates.find((candidate) => !this.#taken.has(candidate));
    for (let i = 2; name === undefined; i++) if (!this.#taken.has(`${last}${i}`)) name = `${last}${i}`;
    this.#taken.add(name);
    return name;
  }
}
