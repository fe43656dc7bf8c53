import type { ResourceAlias, WitFunction, WitInterface, WitResource, WitType } from '@wasmlattice/rpc';
import type { ComponentTypes } from '../../engines/engine.js';
import type { Definition } from './binary/nodes.js';
import { parseComponent } from './binary/parse-component.js';
import { InvalidComponentError } from './errors.js';
import type { ExportedFunction, Instantiation } from './instantiation.js';
import { Part } from './types/core-space.js';
import type { Entity, FunctionEntity, InstanceEntity } from './types/entities.js';
import { Evaluator } from './types/evaluator.js';
import { namedFunction } from './types/named-function.js';
import { Scope } from './types/scope.js';
import { childTypes } from './types/walk.js';

/**
 * Reads the types of a component from its binary: what it imports and exports, with full WIT types. Names are
 * verbatim, versions included. Core modules inside are skipped, not validated, so this takes about a millisecond
 * whatever the size of the file.
 *
 * @throws InvalidComponentError for bytes that are no component, with the offset and what was expected there
 */
export function decodeComponent(bytes: Uint8Array): ComponentTypes {
  return new Collector(parseComponent(bytes)).types();
}

/** A type that an interface gives a name: its `type` is the very object that functions have it as. */
export interface NamedType {
  readonly instance: string;
  readonly name: string;
  readonly type: WitType;
}

/** What {@link decodeComponent} reads, and the names of its types. */
export interface NamedComponentTypes extends ComponentTypes {
  /** The same type several times where interfaces use each other's, the one that defines it first. */
  readonly namedTypes: readonly NamedType[];
}

/**
 * Reads the types of a component with the names that its interfaces give them.
 *
 * @throws InvalidComponentError
 */
export function decodeNamedTypes(bytes: Uint8Array): NamedComponentTypes {
  const collector = new Collector(parseComponent(bytes));
  return { ...collector.types(), namedTypes: collector.namedTypes() };
}

/**
 * Reads what it takes to instantiate a component, its types included. Core modules are still skipped.
 *
 * @throws InvalidComponentError
 */
export function decodeInstantiation(bytes: Uint8Array): Instantiation {
  return new Collector(parseComponent(bytes)).instantiation(bytes);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Runs the outermost component and writes down what crosses its border. */
class Collector {
  readonly #definitions: readonly Definition[];
  readonly #named = new Set<WitResource>();
  readonly #imports = new Map<string, Entity>();
  readonly #evaluator = new Evaluator();
  readonly #exports: ReadonlyMap<string, Entity>;

  constructor(definitions: readonly Definition[]) {
    this.#definitions = definitions;
    this.#exports = this.#run();
    this.#assertNamed();
    this.#nameViews();
  }

  types(): ComponentTypes {
    return {
      imports: interfacesOf(this.#imports).map((imported) => this.#withImplemented(imported)),
      exports: interfacesOf(this.#exports),
      importedFunctions: functionsOf(this.#imports),
      exportedFunctions: functionsOf(this.#exports),
    };
  }

  namedTypes(): NamedType[] {
    const found: NamedType[] = [];
    const addAll = (instance: string, entities: ReadonlyMap<string, Entity>): void => {
      for (const [name, entity] of entities) {
        if (entity.sort === 'instance') addAll(nestedId(instance, name), entity.instance.exports);
        if (entity.sort === 'type' && entity.type.kind === 'value')
          found.push({ instance, name, type: entity.type.type });
      }
    };
    addAll('', this.#imports);
    addAll('', this.#exports);
    return found;
  }

  /** An import may have a name of its own and say which interface it is. */
  #withImplemented(imported: WitInterface): WitInterface {
    for (const definition of this.#definitions) {
      if (definition.kind !== 'import' || definition.name !== imported.id) continue;
      return definition.implements === undefined
        ? imported
        : { ...imported, implements: definition.implements };
    }
    return imported;
  }

  instantiation(bytes: Uint8Array): Instantiation {
    const { graph } = this.#evaluator;
    const exports = this.#exportedFunctions();
    return {
      types: this.types(),
      modules: graph.modules.map(({ start, end }) => bytes.subarray(start, end)),
      instances: graph.instances,
      lowered: graph.lowered,
      parts: graph.parts,
      exports,
      definedResources: graph.definedResources,
      importedResources: this.#importedResources(),
      resourceViews: graph.resourceViews,
      obstacle: graph.obstacle,
    };
  }

  /** Works the component out, and names its resources. */
  #run(): ReadonlyMap<string, Entity> {
    const evaluator = this.#evaluator;
    const { exports } = evaluator.run(
      this.#definitions,
      new Scope(undefined, new Part()),
      (name, extern, scope, offset) => {
        if (this.#imports.has(name)) {
          throw new InvalidComponentError(`expected one import named "${name}", found two`, offset);
        }
        const entity = asImport(name, evaluator.entity(extern, scope, offset));
        this.#refuseUnprovided(name, entity);
        this.#imports.set(name, entity);
        this.#nameResources(name, entity);
        return entity;
      },
    );
    for (const [name, entity] of exports) this.#nameResources(name, entity);
    return exports;
  }

  #refuseUnprovided(name: string, entity: Entity): void {
    const { sort } = entity;
    if (sort === 'instance') {
      for (const [member, each] of entity.instance.exports)
        this.#refuseUnprovided(nestedId(name, member), each);
    }
    if (sort !== 'core-module' && sort !== 'component' && sort !== 'value') return;
    const what = sort === 'core-module' ? 'core module' : sort;
    this.#evaluator.graph.refuse(
      `its import "${name}" is a ${what}, while a host provides functions, types and instances only`,
    );
  }

  #exportedFunctions(): ExportedFunction[] {
    const found: ExportedFunction[] = [];
    const addAll = (instance: string, entities: ReadonlyMap<string, Entity>): void => {
      for (const [name, entity] of entities) {
        if (entity.sort === 'instance') addAll(nestedId(instance, name), entity.instance.exports);
        if (entity.sort !== 'func' || entity.source === undefined) continue;
        found.push({ instance, func: namedFunction(name, entity.func), source: entity.source });
      }
    };
    addAll('', this.#exports);
    return found;
  }

  #importedResources(): Set<WitResource> {
    const found = new Set<WitResource>();
    const add = (entity: Entity): void => {
      if (entity.sort === 'type' && entity.type.kind === 'resource') found.add(entity.type.resource);
      if (entity.sort === 'instance') for (const member of entity.instance.exports.values()) add(member);
    };
    for (const entity of this.#imports.values()) add(entity);
    return found;
  }

  /** A resource belongs to the first import or export that shows it. One of the world itself has no instance. */
  #nameResources(name: string, entity: Entity): void {
    if (entity.sort === 'instance') this.#nameResourcesOf(name, entity.instance);
    else if (entity.sort === 'type' && entity.type.kind === 'resource')
      this.#name(entity.type.resource, '', name);
  }

  #nameResourcesOf(id: string, instance: InstanceEntity): void {
    for (const [name, member] of instance.exports) {
      if (member.sort === 'type' && member.type.kind === 'resource')
        this.#name(member.type.resource, id, name);
      else if (member.sort === 'instance') this.#nameResourcesOf(nestedId(id, name), member.instance);
    }
  }

  #name(resource: Mutable<WitResource>, instance: string, name: string): void {
    if (this.#named.has(resource)) return;
    resource.instance = instance;
    resource.name = name;
    this.#named.add(resource);
  }

  /** A view that nothing outside shows is called what it is a view of, and the other way round. */
  #nameViews(): void {
    const { resourceViews } = this.#evaluator.graph;
    for (const [{ instance, name }, resource] of resourceViews)
      if (name !== '') this.#name(resource, instance, name);
    for (const [view, { instance, name }] of resourceViews) this.#name(view, instance, name);
  }

  /** The format forbids an export to use a resource that is neither imported nor exported. */
  #assertNamed(): void {
    const seen = new Set<WitType>();
    const check = (owner: string, type: WitType): void => {
      if (seen.has(type)) return;
      seen.add(type);
      if ((type.kind === 'own' || type.kind === 'borrow') && !this.#named.has(type.resource)) {
        throw new InvalidComponentError(
          `the export "${owner}" uses a resource that is neither imported nor exported`,
          this.#definitions.at(-1)?.offset ?? 0,
        );
      }
      for (const child of childTypes(type)) check(owner, child);
    };
    for (const [name, entity] of this.#exports) {
      const functions =
        entity.sort === 'instance'
          ? functionsOf(entity.instance.exports)
          : functionsOf(new Map([[name, entity]]));
      for (const func of functions) {
        for (const param of func.params) check(name, param.type);
        if (func.result !== undefined) check(name, func.result);
      }
    }
  }
}

/** An instance within an instance has the names of both, which no WIT can say. */
function nestedId(outer: string, name: string): string {
  return outer === '' ? name : `${outer}/${name}`;
}

function interfacesOf(entities: ReadonlyMap<string, Entity>, outer = ''): WitInterface[] {
  const interfaces: WitInterface[] = [];
  for (const [name, entity] of entities) {
    if (entity.sort !== 'instance') continue;
    const id = nestedId(outer, name);
    interfaces.push({
      id,
      functions: functionsOf(entity.instance.exports),
      ...resourcesOf(id, entity.instance),
    });
    interfaces.push(...interfacesOf(entity.instance.exports, id));
  }
  return interfaces;
}

function functionsOf(entities: ReadonlyMap<string, Entity>): WitFunction[] {
  const functions: WitFunction[] = [];
  for (const [name, entity] of entities) {
    if (entity.sort === 'func') functions.push(namedFunction(name, entity.func));
  }
  return functions;
}

/** What the component imports under `id`, with its functions marked as such. */
function asImport(id: string, entity: Entity): Entity {
  const mark = (instance: string, name: string, func: FunctionEntity): Entity => ({
    ...func,
    source: { kind: 'import', imported: { instance, func: namedFunction(name, func.func) } },
  });
  const markAll = (outer: string, instance: InstanceEntity): InstanceEntity => {
    const members = [...instance.exports].map(
      ([name, member]) => [name, markMember(outer, name, member)] as const,
    );
    return { exports: new Map(members) };
  };
  const markMember = (outer: string, name: string, member: Entity): Entity => {
    if (member.sort === 'func') return mark(outer, name, member);
    return member.sort === 'instance'
      ? { sort: 'instance', instance: markAll(nestedId(outer, name), member.instance) }
      : member;
  };
  return markMember('', id, entity);
}

function resourcesOf(id: string, instance: InstanceEntity): Pick<WitInterface, 'resources' | 'aliases'> {
  const resources: string[] = [];
  const aliases: ResourceAlias[] = [];
  for (const [name, member] of instance.exports) {
    if (member.sort !== 'type' || member.type.kind !== 'resource') continue;
    const { resource } = member.type;
    if (resource.instance === id && resource.name === name) resources.push(name);
    else aliases.push({ name, resource });
  }
  return aliases.length === 0 ? { resources } : { resources, aliases };
}
