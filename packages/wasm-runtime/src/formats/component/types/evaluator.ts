import type { WitResource } from '@wasmlattice/rpc';
import type { Definition, ExternNode, TypeNode } from '../binary/nodes.js';
import { InvalidComponentError } from '../errors.js';
import { maxEvaluationDepth, maxEvaluationSteps } from '../limits.js';
import { CoreGraph, newResource } from './core-graph.js';
import { Part } from './core-space.js';
import type { ComponentEntity, Entity, InstanceEntity, TypeEntity } from './entities.js';
import { Scope } from './scope.js';
import { Substitution } from './substitution.js';
import { TypeArguments } from './type-arguments.js';
import { describe, ValueTypes } from './value-types.js';

/** Says what an import is: a fresh entity of its declared type, or the argument of an instantiation. */
export type Provide = (name: string, extern: ExternNode, scope: Scope, offset: number) => Entity;

/** What a resource type is known as where no more is said of it than that it is one. */
type SeeResource = (resource: WitResource) => WitResource;

const asItIs: SeeResource = (resource) => resource;

/**
 * Works out the types of definitions: looks indices up, follows aliases, and runs instantiations on the level of
 * types, so that in one component a resource is the same object wherever it is meant. Another component may know it as another one,
 * its _view_ of it: {@link TypeArguments}.
 *
 * It is no validator: whether arguments fit their parameters in every detail is for the engine to check.
 */
export class Evaluator {
  /** How the core modules are wired. */
  readonly graph: CoreGraph = new CoreGraph();
  readonly #values = new ValueTypes();
  #steps = 0;
  #depth = 0;

  /** Runs `definitions` in `scope` and returns what they export, in order. */
  run(definitions: readonly Definition[], scope: Scope, provide: Provide): InstanceEntity {
    return this.#within(definitions[0]?.offset ?? 0, () => {
      const exports = new Map<string, Entity>();
      for (const definition of definitions) this.#define(definition, scope, exports, provide);
      return { exports };
    });
  }

  /**
   * An entity of the type `extern` describes. `actual` is what it describes, if that exists already: its resources
   * are kept, so that describing something does not make it something else, unless `see` has others for them.
   */
  entity(
    extern: ExternNode,
    scope: Scope,
    offset: number,
    actual?: Entity,
    see: SeeResource = asItIs,
  ): Entity {
    if (actual !== undefined && actual.sort !== extern.sort) {
      throw new InvalidComponentError(`expected a ${extern.sort}, found a ${actual.sort}`, offset);
    }
    switch (extern.sort) {
      case 'core-module':
        return actual ?? { sort: 'core-module', module: undefined };
      case 'value':
        return { sort: 'value' };
      case 'func': {
        const { type } = scope.get('type', extern.type, offset);
        const source = actual?.sort === 'func' ? actual.source : undefined;
        if (type.kind === 'func') return { sort: 'func', func: type.func, source };
        throw unexpected('a function type', type, offset);
      }
      case 'type':
        return extern.equals === undefined
          ? { sort: 'type', type: this.#resource(actual, see, offset) }
          : scope.get('type', extern.equals, offset);
      case 'component': {
        const { type } = scope.get('type', extern.type, offset);
        if (type.kind !== 'component') throw unexpected('a component type', type, offset);
        if (actual?.sort !== 'component') return { sort: 'component', component: type.component };
        return { sort: 'component', component: { ...type.component, actual: actual.component } };
      }
      case 'instance': {
        const { type } = scope.get('type', extern.type, offset);
        if (type.kind !== 'instance') throw unexpected('an instance type', type, offset);
        const instance = actual?.sort === 'instance' ? actual.instance : undefined;
        return {
          sort: 'instance',
          instance: this.#describedInstance(type.declaration, instance, see, noImports, offset),
        };
      }
    }
  }

  #define(definition: Definition, scope: Scope, exports: Map<string, Entity>, provide: Provide): void {
    const { offset } = definition;
    this.#step(1, offset);
    switch (definition.kind) {
      case 'type':
        scope.add({ sort: 'type', type: this.#type(definition.type, scope, offset) });
        return;
      case 'component':
        scope.add({ sort: 'component', component: { definitions: definition.definitions, scope } });
        return;
      case 'instantiate': {
        const { component } = scope.get('component', definition.component, offset);
        this.#step(definition.args.length, offset);
        const args = new Map(definition.args.map((arg) => [arg.name, scope.resolve(arg, offset)]));
        scope.add({ sort: 'instance', instance: this.#instantiate(component, args, scope.part, offset) });
        return;
      }
      case 'inline-instance': {
        const members = definition.exports.map((item) => [item.name, scope.resolve(item, offset)] as const);
        this.#step(members.length, offset);
        scope.add({ sort: 'instance', instance: { exports: new Map(members) } });
        return;
      }
      case 'alias-export': {
        const { instance } = scope.get('instance', definition.instance, offset);
        scope.add(exportOf(instance, definition.name, definition.sort, offset));
        return;
      }
      case 'alias-outer':
        scope.add(scope.outer(definition.count, offset).resolve(definition, offset));
        return;
      case 'lift': {
        const { type } = scope.get('type', definition.type, offset);
        if (type.kind !== 'func') throw unexpected('a function type', type, offset);
        const { func, options } = definition;
        const lift = this.graph.lift(type.func, func, options, scope.core, offset);
        scope.add({ sort: 'func', func: type.func, source: { kind: 'lift', lift } });
        return;
      }
      case 'start':
        this.graph.refuse('it has a start function of the component model');
        for (let i = 0; i < definition.count; i++) scope.add({ sort: 'value' });
        return;
      case 'values':
        for (let i = 0; i < definition.count; i++) scope.add({ sort: 'value' });
        return;
      case 'core':
        return;
      case 'core-module': {
        const { start, end } = definition;
        scope.add({ sort: 'core-module', module: this.graph.defineModule(start, end) });
        return;
      }
      case 'core-instantiate':
      case 'core-inline-instance':
      case 'core-alias':
      case 'lower':
      case 'resource-builtin':
      case 'builtin':
      case 'other-builtin':
        this.#step(partsOf(definition), offset);
        this.graph.define(definition, scope.core, {
          func: (index) => scope.get('func', index, offset),
          resource: (index) => this.#resourceAt(index, scope, offset),
          type: (ref) => this.#values.resolve(ref, this.#typesOf(scope, offset), offset),
          module: (index) => scope.get('core-module', index, offset).module,
        });
        return;
      case 'import':
        scope.add(provide(definition.name, definition.extern, scope, offset));
        return;
      case 'export': {
        const target = scope.resolve(definition.target, offset);
        const { extern } = definition;
        const visible = extern === undefined ? target : this.entity(extern, scope, offset, target);
        this.#export(definition.name, visible, scope, exports, offset);
        return;
      }
      case 'export-type':
        this.#export(definition.name, this.entity(definition.extern, scope, offset), scope, exports, offset);
        return;
    }
  }

  /** Exports get an index like any other definition. */
  #export(name: string, entity: Entity, scope: Scope, exports: Map<string, Entity>, offset: number): void {
    if (exports.has(name))
      throw new InvalidComponentError(`expected one export named "${name}", found two`, offset);
    exports.set(name, entity);
    scope.add(entity);
  }

  #instantiate(
    component: ComponentEntity,
    args: ReadonlyMap<string, Entity>,
    instantiator: Part,
    offset: number,
  ): InstanceEntity {
    const argument = (name: string, at: number): Entity => {
      const arg = args.get(name);
      if (arg === undefined)
        throw new InvalidComponentError(`expected an argument for the import "${name}"`, at);
      return arg;
    };
    const { actual } = component;
    if (actual !== undefined) {
      // What its description says to be a resource type of its own may be any other one.
      return this.#describedInstance(
        component,
        this.#within(offset, () => this.#instantiate(actual, args, instantiator, offset)),
        (resource) => this.graph.viewResource(resource),
        (name, extern, scope, at) => this.entity(extern, scope, at, argument(name, at)),
        offset,
      );
    }
    const given = new TypeArguments(this.graph);
    const instance = this.run(
      component.definitions,
      new Scope(component.scope, new Part(instantiator)),
      (name, extern, scope, at) =>
        this.entity(extern, scope, at, argument(name, at), (resource) => given.give(resource)),
    );
    const views = given.views.size === 0 ? [] : [this.#substitution(given.views, offset)];
    return substituted(instance, [...views, ...(component.substitutions ?? [])]);
  }

  #substitution(views: ReadonlyMap<WitResource, WitResource>, offset: number): Substitution {
    return new Substitution(views, this.#values, (count) => this.#step(count, offset));
  }

  /** An instance of an instance or component type; with `actual`, that instance seen through the type. */
  #describedInstance(
    declaration: ComponentEntity,
    actual: InstanceEntity | undefined,
    see: SeeResource,
    provide: Provide,
    offset: number,
  ): InstanceEntity {
    const scope = new Scope(declaration.scope);
    const instance =
      actual === undefined
        ? this.run(declaration.definitions, scope, provide)
        : this.#seenThrough(declaration.definitions, scope, actual, see, provide, offset);
    return substituted(instance, declaration.substitutions ?? []);
  }

  #seenThrough(
    definitions: readonly Definition[],
    scope: Scope,
    actual: InstanceEntity,
    see: SeeResource,
    provide: Provide,
    offset: number,
  ): InstanceEntity {
    return this.#within(offset, () => {
      const exports = new Map<string, Entity>();
      for (const definition of definitions) {
        if (definition.kind !== 'export-type') {
          this.#define(definition, scope, exports, provide);
          continue;
        }
        this.#step(1, definition.offset);
        const { name, extern, offset: at } = definition;
        const member = exportOf(actual, name, extern.sort, at);
        this.#export(name, this.entity(extern, scope, at, member, see), scope, exports, at);
      }
      return { exports };
    });
  }

  #type(node: TypeNode, scope: Scope, offset: number): TypeEntity {
    const lookUp = this.#typesOf(scope, offset);
    switch (node.kind) {
      case 'func':
        this.#step(node.params.length, offset);
        return { kind: 'func', func: this.#values.func(node, lookUp, offset) };
      case 'resource':
        return this.#defineResource(node.destructor, scope, offset);
      case 'component':
        return { kind: 'component', component: { definitions: node.definitions, scope } };
      case 'instance':
        return { kind: 'instance', declaration: { definitions: node.definitions, scope } };
      default:
        return { kind: 'value', type: this.#values.define(node, lookUp, offset) };
    }
  }

  #typesOf(scope: Scope, offset: number): (index: number) => TypeEntity {
    return (index) => {
      this.#step(1, offset);
      return scope.get('type', index, offset).type;
    };
  }

  #defineResource(destructor: number | undefined, scope: Scope, offset: number): TypeEntity {
    const resource = newResource();
    this.graph.defineResource(resource, destructor, scope.core, offset);
    return { kind: 'resource', resource };
  }

  #resourceAt(index: number, scope: Scope, offset: number): WitResource {
    const { type } = scope.get('type', index, offset);
    if (type.kind === 'resource') return type.resource;
    throw unexpected('a resource', type, offset);
  }

  #resource(actual: Entity | undefined, see: SeeResource, offset: number): TypeEntity {
    if (actual === undefined) return { kind: 'resource', resource: newResource() };
    if (actual.sort === 'type' && actual.type.kind === 'resource')
      return { kind: 'resource', resource: see(actual.type.resource) };
    throw new InvalidComponentError('expected a resource', offset);
  }

  #within<T>(offset: number, action: () => T): T {
    if (++this.#depth > maxEvaluationDepth) {
      throw new InvalidComponentError(
        `expected at most ${maxEvaluationDepth} instances within one another`,
        offset,
      );
    }
    const result = action();
    this.#depth--;
    return result;
  }

  #step(count: number, offset: number): void {
    this.#steps += count;
    if (this.#steps > maxEvaluationSteps) {
      throw new InvalidComponentError(
        `expected a component whose types take at most ${maxEvaluationSteps} steps to work out`,
        offset,
      );
    }
  }
}

/** A definition may list any number of items, and is worked out again whenever its component is instantiated. */
function partsOf(definition: Definition): number {
  switch (definition.kind) {
    case 'core-instantiate':
      return definition.args.length;
    case 'core-inline-instance':
      return definition.exports.length;
    default:
      return 0;
  }
}

function substituted(instance: InstanceEntity, substitutions: readonly Substitution[]): InstanceEntity {
  return substitutions.reduce((before, substitution) => substitution.instance(before), instance);
}

const noImports: Provide = (name, _extern, _scope, offset) => {
  throw new InvalidComponentError(`expected no import in an instance type, found "${name}"`, offset);
};

function exportOf(instance: InstanceEntity, name: string, sort: Entity['sort'], offset: number): Entity {
  const entity = instance.exports.get(name);
  if (entity === undefined) throw new InvalidComponentError(`expected an export named "${name}"`, offset);
  if (entity.sort !== sort) {
    throw new InvalidComponentError(
      `expected the export "${name}" to be a ${sort}, found a ${entity.sort}`,
      offset,
    );
  }
  return entity;
}

function unexpected(expected: string, found: TypeEntity, offset: number): InvalidComponentError {
  return new InvalidComponentError(`expected ${expected}, found ${describe(found)}`, offset);
}
