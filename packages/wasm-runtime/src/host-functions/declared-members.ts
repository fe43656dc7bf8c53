import { camelCase, memberOf, type WitInterface } from '@wasmlattice/rpc';
import type { HostClass, HostFunction, HostImport } from '../engines/engine.js';
import { className, parseQualifiedName } from '../qualified-name.js';
import type { HostMembers } from './host-interface.js';

/** Where the implementation of a function is among the members of its interface. */
interface Place {
  find(members: HostMembers): unknown;
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
    return place && asFunction(place.find(this.#members));
  }

  resource(name: string): HostClass | undefined {
    const key = this.#classNames.get(name);
    return key === undefined
      ? undefined
      : (asFunction(ownMember(this.#members, key)) as unknown as HostClass);
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
    case 'function': {
      const key = camelCase(name.name);
      return { find: (members) => ownMember(members, key) };
    }
    case 'constructor': {
      const key = className(name.resource);
      return { find: (members) => ownMember(members, key) };
    }
    case 'static':
      return new ClassPlace(className(name.resource), (type) => ownMember(type, camelCase(name.member)));
    case 'method':
      return new ClassPlace(className(name.resource), (type) =>
        memberOf(type.prototype, camelCase(name.member)),
      );
  }
}

/** A member of a class, which is mostly that of the invocation before. */
class ClassPlace implements Place {
  readonly #key: string;
  readonly #findIn: (type: MemberClass) => unknown;
  #type: unknown;
  #found: unknown;

  constructor(key: string, findIn: (type: MemberClass) => unknown) {
    this.#key = key;
    this.#findIn = findIn;
  }

  find(members: HostMembers): unknown {
    const type = ownMember(members, this.#key);
    if (type !== this.#type) {
      this.#type = type;
      this.#found = type === undefined ? undefined : this.#findIn(type as MemberClass);
    }
    return this.#found;
  }
}

function asFunction(value: unknown): HostFunction | undefined {
  return typeof value === 'function' ? (value as HostFunction) : undefined;
}
