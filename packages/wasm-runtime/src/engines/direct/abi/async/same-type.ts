import type { WitType } from '@wasmlattice/rpc';

/** Whether two types are the same: names and order of all their parts, and the identity of resources. */
export function sameType(a: WitType | undefined, b: WitType | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'list':
      return samePart(b, a, (type) => type.element);
    case 'fixed-list':
      return a.length === (b as typeof a).length && samePart(b, a, (type) => type.element);
    case 'map':
      return samePart(b, a, (type) => type.key) && samePart(b, a, (type) => type.value);
    case 'option':
      return samePart(b, a, (type) => type.some);
    case 'stream':
      return samePart(b, a, (type) => type.element);
    case 'future':
      return samePart(b, a, (type) => type.value);
    case 'result':
      return samePart(b, a, (type) => type.ok) && samePart(b, a, (type) => type.err);
    case 'own':
    case 'borrow':
      return a.resource === (b as typeof a).resource;
    case 'tuple':
      return sameList(a.items, (b as typeof a).items, sameType);
    case 'enum':
      return sameList(a.cases, (b as typeof a).cases, Object.is);
    case 'flags':
      return sameList(a.flags, (b as typeof a).flags, Object.is);
    case 'record':
      return sameList(a.fields, (b as typeof a).fields, sameMember);
    case 'variant':
      return sameList(a.cases, (b as typeof a).cases, sameMember);
    default:
      return true;
  }
}

function samePart<T extends WitType>(b: WitType, a: T, part: (type: T) => WitType | undefined): boolean {
  return sameType(part(a), part(b as T));
}

interface Member {
  readonly name: string;
  readonly type?: WitType;
}

function sameMember(a: Member, b: Member): boolean {
  return a.name === b.name && sameType(a.type, b.type);
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((item, index) => same(item, b[index] as T));
}
