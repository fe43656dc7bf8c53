import type { WitFunction, WitInterface, WitResource, WitType } from '@wasmlattice/rpc';
import type { ComponentTypes } from '../engine.js';
import type { Definition } from './binary/nodes.js';
import { parseComponent } from './binary/parse-component.js';
import { InvalidComponentError } from './errors.js';
import type { Entity, InstanceEntity } from './types/entities.js';
import { Evaluator } from './types/evaluator.js';
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
  return new TypeCollector(parseComponent(bytes)).collect();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Runs the outermost component and writes down what crosses its border. */
class TypeCollector {
  readonly #definitions: readonly Definition[];
  readonly #named = new Set<WitResource>();
  readonly #imports = new Map<string, Entity>();

  constructor(definitions: readonly Definition[]) {
    this.#definitions = definitions;
  }

  collect(): ComponentTypes {
    const evaluator = new Evaluator();
    const { exports } = evaluator.run(this.#definitions, new Scope(), (name, extern, scope, offset) => {
      if (this.#imports.has(name)) {
        throw new InvalidComponentError(`expected one import named "${name}", found two`, offset);
      }
      if (extern.sort === 'core' || extern.sort === 'component' || extern.sort === 'value') {
        const what = extern.sort === 'core' ? 'core module' : extern.sort;
        throw new InvalidComponentError(
          `the import "${name}" is a ${what}: a host can provide functions, types and instances only`,
          offset,
        );
      }
      const entity = evaluator.entity(extern, scope, offset);
      this.#imports.set(name, entity);
      this.#nameResources(name, entity);
      return entity;
    });
    for (const [name, entity] of exports) this.#nameResources(name, entity);
    this.#assertNamed(exports);
    return {
      imports: interfacesOf(this.#imports),
      exports: interfacesOf(exports),
      importedFunctions: functionsOf(this.#imports),
      exportedFunctions: functionsOf(exports),
    };
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
      else if (member.sort === 'instance') this.#nameResourcesOf(id, member.instance);
    }
  }

  #name(resource: Mutable<WitResource>, instance: string, name: string): void {
    if (this.#named.has(resource)) return;
    resource.instance = instance;
    resource.name = name;
    this.#named.add(resource);
  }

  /** The format forbids an export to use a resource that is neither imported nor exported. */
  #assertNamed(exports: ReadonlyMap<string, Entity>): void {
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
    for (const [name, entity] of exports) {
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

function interfacesOf(entities: ReadonlyMap<string, Entity>): WitInterface[] {
  const interfaces: WitInterface[] = [];
  for (const [id, entity] of entities) {
    if (entity.sort !== 'instance') continue;
    interfaces.push({
      id,
      functions: functionsOf(entity.instance.exports),
      resources: resourcesOf(id, entity.instance),
    });
  }
  return interfaces;
}

function functionsOf(entities: ReadonlyMap<string, Entity>): WitFunction[] {
  const functions: WitFunction[] = [];
  for (const [name, entity] of entities) {
    if (entity.sort !== 'func') continue;
    const { params, result } = entity.func;
    functions.push(result === undefined ? { name, params } : { name, params, result });
  }
  return functions;
}

function resourcesOf(id: string, instance: InstanceEntity): string[] {
  const names: string[] = [];
  for (const [name, member] of instance.exports) {
    if (member.sort !== 'type' || member.type.kind !== 'resource') continue;
    const { resource } = member.type;
    if (resource.instance === id && resource.name === name) names.push(name);
  }
  return names;
}
