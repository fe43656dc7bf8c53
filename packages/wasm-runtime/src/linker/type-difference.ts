import { formatType, type WitFunction, type WitResource, type WitType } from '@wasmlattice/rpc';
import { shortName } from './missing-import-error.js';

/** Says what differs, in a few words; there may be too many of them to ask all. */
export type Difference = () => string;

/** Whether a resource that the component means is the one that the host declares. */
export type IsSameResource = (found: WitResource, expected: WitResource) => boolean;

/** Most characters of a type in a message; the rest is cut off. */
const longestText = 160;

/**
 * How a function differs from what the host declares, such as `the result: expected bool, found u32`; `undefined` when it does not.
 * Types have to be equal: the component model has subtypes of instances, which may export more, and none of values, so that a record
 * with one more field is another record. Names of parameters are not compared, since they make no difference to a call.
 */
export function functionDifference(
  found: WitFunction,
  expected: WitFunction,
  isSame: IsSameResource,
): Difference | undefined {
  if ((found.async ?? false) !== (expected.async ?? false)) {
    return () => `expected ${funcOf(expected)}, found ${funcOf(found)}`;
  }
  if (found.params.length !== expected.params.length) {
    return () => `expected ${parameters(expected)}, found ${parameters(found)}`;
  }
  for (const [index, { name, type }] of expected.params.entries()) {
    const difference = typeDifference(found.params[index]?.type, type, isSame, `the parameter ${name}`);
    if (difference !== undefined) return difference;
  }
  return typeDifference(found.result, expected.result, isSame, 'the result');
}

function funcOf({ async: isAsync }: WitFunction): string {
  return isAsync ? 'async func' : 'func';
}

function parameters({ params }: WitFunction): string {
  return params.length === 1 ? '1 parameter' : `${params.length} parameters`;
}

/** @param place names what is compared; the difference says where within */
function typeDifference(
  found: WitType | undefined,
  expected: WitType | undefined,
  isSame: IsSameResource,
  place: string,
): Difference | undefined {
  const differs: Difference = () => `${place}: expected ${textOf(expected)}, found ${textOf(found)}`;
  if (found === undefined || expected === undefined) return found === expected ? undefined : differs;
  const within = (
    inner: WitType | undefined,
    expectedInner: WitType | undefined,
    name: string,
  ): Difference | undefined => typeDifference(inner, expectedInner, isSame, `${name} of ${place}`);
  switch (expected.kind) {
    case 'list':
      return found.kind === 'list' ? within(found.element, expected.element, 'the element') : differs;
    case 'fixed-list':
      if (found.kind !== 'fixed-list' || found.length !== expected.length) return differs;
      return within(found.element, expected.element, 'the element');
    case 'map':
      if (found.kind !== 'map') return differs;
      return within(found.key, expected.key, 'the key') ?? within(found.value, expected.value, 'the value');
    case 'option':
      return found.kind === 'option' ? within(found.some, expected.some, 'the value') : differs;
    case 'stream':
      return found.kind === 'stream' ? within(found.element, expected.element, 'the element') : differs;
    case 'future':
      return found.kind === 'future' ? within(found.value, expected.value, 'the value') : differs;
    case 'result':
      if (found.kind !== 'result') return differs;
      return within(found.ok, expected.ok, 'ok') ?? within(found.err, expected.err, 'err');
    case 'tuple':
      if (found.kind !== 'tuple' || found.items.length !== expected.items.length) return differs;
      return firstOf(expected.items, (item, i) => within(found.items[i], item, `item ${i}`));
    case 'record':
      if (found.kind !== 'record') return differs;
      return (
        nameDifference(namesOf(found.fields), namesOf(expected.fields), 'field', place) ??
        firstOf(expected.fields, ({ name, type }, i) => within(found.fields[i]?.type, type, `field ${name}`))
      );
    case 'variant':
      if (found.kind !== 'variant') return differs;
      return (
        nameDifference(namesOf(found.cases), namesOf(expected.cases), 'case', place) ??
        firstOf(expected.cases, ({ name, type }, i) => within(found.cases[i]?.type, type, `case ${name}`))
      );
    case 'enum':
      return found.kind === 'enum' ? nameDifference(found.cases, expected.cases, 'case', place) : differs;
    case 'flags':
      return found.kind === 'flags' ? nameDifference(found.flags, expected.flags, 'flag', place) : differs;
    case 'own':
    case 'borrow':
      return found.kind === expected.kind && isSame(found.resource, expected.resource) ? undefined : differs;
    default:
      return found.kind === expected.kind ? undefined : differs;
  }
}

function textOf(type: WitType | undefined): string {
  if (type === undefined) return 'none';
  if (type.kind === 'own' || type.kind === 'borrow') {
    const { instance, name } = type.resource;
    const resource = instance === '' ? name : `${instance}.${name}`;
    return type.kind === 'own' ? resource : `borrow<${resource}>`;
  }
  const text = formatType(type);
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
}

function firstOf<T>(
  items: readonly T[],
  difference: (item: T, index: number) => Difference | undefined,
): Difference | undefined {
  for (const [index, item] of items.entries()) {
    const found = difference(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Their order counts: it says which number a case has, and where a field is in memory. */
function nameDifference(
  found: readonly string[],
  expected: readonly string[],
  what: string,
  place: string,
): Difference | undefined {
  const length = Math.max(found.length, expected.length);
  for (let i = 0; i < length; i++) {
    if (found[i] === expected[i]) continue;
    return () =>
      `${what} ${i + 1} of ${place}: expected ${expected[i] ?? 'none'}, found ${shortName(found[i] ?? 'none')}`;
  }
  return undefined;
}

function namesOf(parts: readonly { readonly name: string }[]): string[] {
  return parts.map(({ name }) => name);
}
