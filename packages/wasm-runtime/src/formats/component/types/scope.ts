import type { Reference, Sort } from '../binary/nodes.js';
import { InvalidComponentError } from '../errors.js';
import { CoreSpace, Part } from './core-space.js';
import type { Entity } from './entities.js';

/** The index spaces of one component or one component or instance type. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #part: Part | undefined;
  #core: CoreSpace | undefined;
  readonly #entities: { readonly [S in Sort]: Extract<Entity, { sort: S }>[] } = {
    core: [],
    'core-module': [],
    func: [],
    value: [],
    type: [],
    component: [],
    instance: [],
  };

  /**
   * @param parent where outer aliases look
   * @param part what is instantiated with these definitions; a type describes, and has none
   */
  constructor(parent?: Scope, part?: Part) {
    this.#parent = parent;
    this.#part = part;
  }

  /** What is instantiated here. */
  get part(): Part {
    return this.core.part;
  }

  get core(): CoreSpace {
    this.#core ??= new CoreSpace(this.#part ?? new Part());
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
