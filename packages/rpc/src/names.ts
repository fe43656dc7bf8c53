/** WIT's kebab-case as jco writes it: `list-keys` → `listKeys`, `DNS-error` → `dnsError`. */
export type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Lowercase<Head>}${PascalCase<Tail>}`
  : Lowercase<Name>;

type PascalCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Capitalize<Lowercase<Head>>}${PascalCase<Tail>}`
  : Capitalize<Lowercase<Name>>;

/** Runtime counterpart of {@link CamelCase}. */
export function camelCase<Name extends string>(name: Name): CamelCase<Name> {
  const [head = '', ...tail] = name.toLowerCase().split('-');
  return (head +
    tail.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')) as CamelCase<Name>;
}

/**
 * What a value has by a name of WIT, `undefined` when that is only what every object has by it: `toString`, `constructor`.
 *
 * @param key in camel case
 */
export function memberOf(value: object, key: string): unknown {
  const member = (value as Readonly<Record<string, unknown>>)[key];
  return member === (Object.prototype as Readonly<Record<string, unknown>>)[key] ? undefined : member;
}

/** Whether {@link memberOf} makes a difference. */
export function isNameOfEveryObject(key: string): boolean {
  return key in Object.prototype;
}

/**
 * A function's name on the wire: without the kind prefix of the binary (docs/spec/wrpc.md#1).
 * `[method]foo.bar` → `foo.bar`, `[constructor]foo` → `foo`.
 */
export type WireName<Name extends string> = Name extends `[${string}]${infer Rest}` ? Rest : Name;

/** Runtime counterpart of {@link WireName}. */
export function wireName<Name extends string>(name: Name): WireName<Name> {
  return (name.startsWith('[') ? name.slice(name.indexOf(']') + 1) : name) as WireName<Name>;
}

/** Where an interface's implementation and client have a function: `list-keys` → `listKeys`, `[method]foo.bar` → `foo.bar`. */
export type MethodName<Name extends string> = CamelCase<WireName<Name>>;

/** Runtime counterpart of {@link MethodName}. */
export function methodName<Name extends string>(name: Name): MethodName<Name> {
  return camelCase(wireName(name)) as MethodName<Name>;
}
