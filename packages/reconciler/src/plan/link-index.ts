import { defaultLinkName, type LinkKey } from '@wasmlattice/control-interface';

/** What tells a link from all others, its name at will. */
type Key = Omit<LinkKey, 'name'> & { readonly name?: string | undefined };

/** Links by what tells them apart: a lattice has many, and each plan looks for each of them. */
export class LinkIndex<T extends Key> {
  readonly all: readonly T[];
  readonly #byKey = new Map<string, T>();
  readonly #bySlot = new Map<string, T[]>();

  constructor(links: readonly T[]) {
    this.all = links;
    for (const link of links) {
      this.#byKey.set(keyOf(link), link);
      const slot = slotOf(link);
      const others = this.#bySlot.get(slot);
      if (others === undefined) this.#bySlot.set(slot, [link]);
      else others.push(link);
    }
  }

  /** The one that putting `link` replaces. */
  get(link: Key): T | undefined {
    return this.#byKey.get(keyOf(link));
  }

  has(link: Key): boolean {
    return this.#byKey.has(keyOf(link));
  }

  /** Those that have the source, the name and the package of `link`, to whatever target. */
  inSlot(link: Key): readonly T[] {
    return this.#bySlot.get(slotOf(link)) ?? [];
  }
}

function slotOf({ name = defaultLinkName, sourceId, witNamespace, witPackage }: Key): string {
  return `${sourceId} ${name} ${witNamespace}:${witPackage}`;
}

function keyOf(link: Key): string {
  return `${slotOf(link)} ${link.target}`;
}
