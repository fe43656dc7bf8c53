import type { CoreSort } from '../binary/nodes.js';
import { InvalidComponentError } from '../errors.js';
import type { CoreItem } from '../instantiation.js';

/**
 * A component that is instantiated, of those that a composed one consists of. Most that do nothing but wrap others have no code, and
 * are never asked for an index.
 */
export class Part {
  readonly parent: Part | undefined;
  /** Place in `Instantiation.parts`, once it has one. */
  index: number | undefined;

  constructor(parent?: Part) {
    this.parent = parent;
  }
}

/** The index spaces of a component's core language, but of its modules. Instances are counted over the whole component. */
export class CoreSpace {
  /** The part whose code this is. */
  readonly part: Part;
  readonly instances: number[] = [];
  readonly #items: { readonly [S in CoreSort]: CoreItem[] } = {
    func: [],
    table: [],
    memory: [],
    global: [],
    tag: [],
  };

  constructor(part: Part) {
    this.part = part;
  }

  add(sort: CoreSort, item: CoreItem): void {
    this.#items[sort].push(item);
  }

  get(sort: CoreSort, index: number, offset: number): CoreItem {
    return at(this.#items[sort], index, `core ${sort}`, offset);
  }

  instance(index: number, offset: number): number {
    return at(this.instances, index, 'core instance', offset);
  }
}

function at<T>(space: readonly T[], index: number, what: string, offset: number): T {
  const item = space[index];
  if (item === undefined) {
    throw new InvalidComponentError(
      `expected ${what} ${index}, found only ${space.length} defined so far`,
      offset,
    );
  }
  return item;
}
