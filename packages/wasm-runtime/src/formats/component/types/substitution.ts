import type { WitResource, WitType } from '@wasmlattice/rpc';
import type { FunctionType } from '../instantiation.js';
import type { ComponentEntity, Entity, InstanceEntity, TypeEntity } from './entities.js';
import type { ValueTypes } from './value-types.js';

/** Puts other resource types in the place of some: what a component exports, as whoever instantiates it knows its types. */
export class Substitution {
  readonly #resources: ReadonlyMap<WitResource, WitResource>;
  readonly #values: ValueTypes;
  readonly #onStep: (count: number) => void;
  readonly #instances = new Map<InstanceEntity, InstanceEntity>();
  readonly #types = new Map<WitType, WitType>();

  /**
   * @param resources what takes the place of which
   * @param onStep told how many items are next
   */
  constructor(
    resources: ReadonlyMap<WitResource, WitResource>,
    values: ValueTypes,
    onStep: (count: number) => void,
  ) {
    this.#resources = resources;
    this.#values = values;
    this.#onStep = onStep;
  }

  instance(instance: InstanceEntity): InstanceEntity {
    const known = this.#instances.get(instance);
    if (known !== undefined) return known;
    this.#onStep(instance.exports.size);
    const members = [...instance.exports].map(([name, member]) => [name, this.#entity(member)] as const);
    const substituted = { exports: new Map(members) };
    this.#instances.set(instance, substituted);
    return substituted;
  }

  #entity(entity: Entity): Entity {
    switch (entity.sort) {
      case 'func':
        return { ...entity, func: this.#func(entity.func) };
      case 'type':
        return { sort: 'type', type: this.#type(entity.type) };
      case 'component':
        return { sort: 'component', component: this.#component(entity.component) };
      case 'instance':
        return { sort: 'instance', instance: this.instance(entity.instance) };
      default:
        return entity;
    }
  }

  #type(type: TypeEntity): TypeEntity {
    switch (type.kind) {
      case 'value':
        return { kind: 'value', type: this.#value(type.type) };
      case 'func':
        return { kind: 'func', func: this.#func(type.func) };
      case 'resource':
        return { kind: 'resource', resource: this.#resource(type.resource) };
      case 'component':
        return { kind: 'component', component: this.#component(type.component) };
      case 'instance':
        return { kind: 'instance', declaration: this.#component(type.declaration) };
    }
  }

  /** Has no types before it is instantiated. */
  #component(component: ComponentEntity): ComponentEntity {
    const before = component.substitutions ?? [];
    this.#onStep(1 + before.length);
    return { ...component, substitutions: [...before, this] };
  }

  #func({ params, result, async }: FunctionType): FunctionType {
    this.#onStep(params.length);
    return {
      params: params.map(({ name, type }) => ({ name, type: this.#value(type) })),
      result: result && this.#value(result),
      async,
    };
  }

  #value(type: WitType): WitType {
    const replace = (resource: WitResource): WitResource => {
      this.#onStep(1);
      return this.#resource(resource);
    };
    return this.#values.replaceResources(type, replace, this.#types);
  }

  #resource(resource: WitResource): WitResource {
    return this.#resources.get(resource) ?? resource;
  }
}
