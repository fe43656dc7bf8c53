import { camelCase, memberOf, type WitInterface } from '@wasmlattice/rpc';
import type { HostClass, HostFunction, HostImport } from '../engines/engine.js';
import { className, parseQualifiedName } from '../qualified-name.js';
import type { HostMembers } from './host-interface.js';

/** Where the implementation of a function is among the members of its interface. */
interface Place {
  readonly kind: 'function' | 'constructor' | 'static' | 'method';
  /** In camel case; `''` for a constructor. */
  readonly member: string;
  /** Of the resource; `''` for a function of the interface itself. */
  readonly className: string;
}

/** Finds what an interface declares among the members that implement it, and nothing else of them. */
export class DeclaredMembers {
  readonly #places: ReadonlyMap<string, Place>;
  readonly #classNames: ReadonlyMap<string, string>;

  constructor({ functions, resources }: Pick<WitInterface, 'functions' | 'resources'>) {
    this.#places = new Map(functions.map(({ name }) => [name, placeOf(name)]));
    this.#classNames = new Map(resources.map((name) => [name, className(name)]));
  }

  bind(members: HostMembers): HostImport {
    return new BoundMembers(this.#places, this.#classNames, members);
  }
}

class BoundMembers implements HostImport {
  readonly #places: ReadonlyMap<string, Place>;
  readonly #classNames: ReadonlyMap<string, string>;
  readonly #members: HostMembers;

  constructor(
    places: ReadonlyMap<string, Place>,
    classNames: ReadonlyMap<string, string>,
    members: HostMembers,
  ) {
    this.#places = places;
    this.#classNames = classNames;
    this.#members = members;
  }

  func(name: string): HostFunction | undefined {
    const place = this.#places.get(name);
    return place && asFunction(this.#find(place));
  }

  resource(name: string): HostClass | undefined {
    const key = this.#classNames.get(name);
    return key === undefined
      ? undefined
      : (asFunction(ownMember(this.#members, key)) as unknown as HostClass);
  }

  #find({ kind, member, className }: Place): unknown {
    if (kind === 'function') return ownMember(this.#members, member);
    const type = ownMember(this.#members, className) as MemberClass | undefined;
    if (type === undefined) return undefined;
    switch (kind) {
      case 'constructor':
        return type;
      case 'static':
        return ownMember(type, member);
      case 'method':
        return memberOf(type.prototype, member);
    }
  }
}

type MemberClass = HostMembers & { readonly prototype: object };

/** An implementation that lacks a function does not have the one that every object or function has by that name. */
function ownMember(members: HostMembers, key: string): unknown {
  return Object.hasOwn(members, key) ? members[key] : undefined;
}

function placeOf(func: string): Place {
  const name = parseQualifiedName(func);
  switch (name.kind) {
    case 'function':
      return { kind: name.kind, member: camelCase(name.name), className: '' };
    case 'constructor':
      return { kind: name.kind, member: '', className: className(name.resource) };
    default:
      return { kind: name.kind, member: camelCase(name.member), className: className(name.resource) };
  }
}

function asFunction(value: unknown): HostFunction | undefined {
  return typeof value === 'function' ? (value as HostFunction) : undefined;
}
