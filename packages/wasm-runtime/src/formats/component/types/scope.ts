import type { Reference, Sort } from '../binary/nodes.js';
import { InvalidComponentError } from '../errors.js';
import { CoreSpace } from './core-space.js';
import type { Entity } from './entities.js';

/** The index spaces of one component or one component or instance type. */
export class Scope {
  readonly #parent: Scope | undefined;
  #core: CoreSpace | undefined;
  readonly #entities: { readonly [S in Sort]: Extract<Entity, { sort: S }>[] } = {
    core: [],
    func: [],
    value: [],
    type: [],
    component: [],
    instance: [],
  };

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  get core(): CoreSpace {
    this.#core ??= new CoreSpace();
    return this.#core;
  }

  /** Gives `entity` the next index of its sort. Core items have index spaces of their own, in {@link Scope.core}. */
  add(entity: Entity): void {
    const space: Entity[] = this.#entities[entity.sort];
    if (entity.sort !== 'core') space.push(entity);
  }

  get<S extends Sort>(sort: S, index: number, offset: number): Extract<Entity, { sort: S }> {
    const space = this.#entities[sort];
    const entity = space[index];
    if (entity === undefined) {
      throw new InvalidComponentError(
        `expected ${sort} ${index}, found only ${space.length} defined so far`,
        offset,
      );
    }
    return entity;
  }

  resolve(reference: Reference, offset: number): Entity {
    return reference.sort === 'core' ? { sort: 'core' } : this.get(reference.sort, reference.index, offset);
  }

  /** The scope `count` levels out; 0 is this one. */
  outer(count: number, offset: number): Scope {
    let scope: Scope | undefined = this;
    for (let level = 0; level < count && scope !== undefined; level++) scope = scope.#parent;
    if (scope === undefined)
      throw new InvalidComponentError(`expected ${count} enclosing components`, offset);
    return scope;
  }
}
