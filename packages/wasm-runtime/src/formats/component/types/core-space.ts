import type { CoreSort } from '../binary/nodes.js';
import { InvalidComponentError } from '../errors.js';
import type { CoreItem } from '../instantiation.js';

/** The index spaces of a component's core language. Modules and instances are counted over the whole component. */
export class CoreSpace {
  readonly modules: number[] = [];
  readonly instances: number[] = [];
  readonly #items: { readonly [S in CoreSort]: CoreItem[] } = {
    func: [],
    table: [],
    memory: [],
    global: [],
    tag: [],
  };

  add(sort: CoreSort, item: CoreItem): void {
    this.#items[sort].push(item);
  }

  get(sort: CoreSort, index: number, offset: number): CoreItem {
    return at(this.#items[sort], index, `core ${sort}`, offset);
  }

  module(index: number, offset: number): number {
    return at(this.modules, index, 'core module', offset);
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
