import type { WitResource, WitType } from '@wasmlattice/rpc';
import type { DefinedTypeNode, FuncTypeNode, ValTypeNode } from '../binary/nodes.js';
import { InvalidComponentError } from '../errors.js';
import type { FunctionType } from '../instantiation.js';
import { maxTypeDepth, maxTypeSize } from '../limits.js';
import type { TypeEntity } from './entities.js';
import { mapType } from './walk.js';

interface Measure {
  readonly size: number;
  readonly depth: number;
  readonly hasResources: boolean;
}

const leaf: Measure = { size: 1, depth: 1, hasResources: false };

/** Turns type nodes into WIT types, sharing what is shared, and refuses types too large to be walked. */
export class ValueTypes {
  /** Of what was built; every other type is a leaf. */
  readonly #measures = new WeakMap<WitType, Measure>();

  func(
    node: Omit<FuncTypeNode, 'kind'>,
    lookUp: (index: number) => TypeEntity,
    offset: number,
  ): FunctionType {
    return {
      params: node.params.map((param) => ({
        name: param.name,
        type: this.resolve(param.type, lookUp, offset),
      })),
      result: node.result === undefined ? undefined : this.resolve(node.result, lookUp, offset),
      async: node.async,
    };
  }

  define(node: DefinedTypeNode, lookUp: (index: number) => TypeEntity, offset: number): WitType {
    const parts: WitType[] = [];
    const part = (ref: ValTypeNode): WitType => {
      const type = this.resolve(ref, lookUp, offset);
      parts.push(type);
      return type;
    };
    const type = build(node, part, (index) => {
      const entity = lookUp(index);
      if (entity.kind === 'resource') return entity.resource;
      throw new InvalidComponentError(
        `expected type ${index} to be a resource, found ${describe(entity)}`,
        offset,
      );
    });
    this.#measure(type, parts, offset);
    return type;
  }

  resolve(ref: ValTypeNode, lookUp: (index: number) => TypeEntity, offset: number): WitType {
    if (typeof ref === 'string') return { kind: ref };
    const entity = lookUp(ref);
    if (entity.kind === 'value') return entity.type;
    throw new InvalidComponentError(
      `expected type ${ref} to be a value type, found ${describe(entity)}`,
      offset,
    );
  }

  /**
   * The same type with other resources in it.
   *
   * @param known what came of types so far: those that are shared stay shared
   */
  replaceResources(
    type: WitType,
    replace: (resource: WitResource) => WitResource,
    known: Map<WitType, WitType>,
  ): WitType {
    const measure = this.#measures.get(type) ?? leaf;
    if (!measure.hasResources) return type;
    const before = known.get(type);
    if (before !== undefined) return before;
    const replaced = mapType(type, (part) => this.replaceResources(part, replace, known), replace);
    this.#measures.set(replaced, measure);
    known.set(type, replaced);
    return replaced;
  }

  #measure(type: WitType, parts: readonly WitType[], offset: number): void {
    let size = 1;
    let depth = 1;
    let hasResources = type.kind === 'own' || type.kind === 'borrow';
    for (const part of parts) {
      const measure = this.#measures.get(part) ?? leaf;
      size += measure.size;
      depth = Math.max(depth, measure.depth + 1);
      hasResources ||= measure.hasResources;
    }
    if (size > maxTypeSize)
      throw new InvalidComponentError(`expected a type of at most ${maxTypeSize} parts`, offset);
    if (depth > maxTypeDepth) {
      throw new InvalidComponentError(`expected at most ${maxTypeDepth} types within one another`, offset);
    }
    this.#measures.set(type, { size, depth, hasResources });
  }
}

function build(
  node: DefinedTypeNode,
  part: (ref: ValTypeNode) => WitType,
  resource: (index: number) => WitResource,
): WitType {
  switch (node.kind) {
    case 'primitive':
      return { kind: node.primitive };
    case 'record':
      return {
        kind: 'record',
        fields: node.fields.map((field) => ({ name: field.name, type: part(field.type) })),
      };
    case 'variant':
      return {
        kind: 'variant',
        cases: node.cases.map(({ name, type }) =>
          type === undefined ? { name } : { name, type: part(type) },
        ),
      };
    case 'list':
      return { kind: 'list', element: part(node.element) };
    case 'fixed-list':
      return { kind: 'fixed-list', element: part(node.element), length: node.length };
    case 'map':
      return { kind: 'map', key: part(node.key), value: part(node.value) };
    case 'tuple':
      return { kind: 'tuple', items: node.items.map(part) };
    case 'flags':
      return { kind: 'flags', flags: node.flags };
    case 'enum':
      return { kind: 'enum', cases: node.cases };
    case 'option':
      return { kind: 'option', some: part(node.some) };
    case 'result':
      return {
        kind: 'result',
        ...(node.ok === undefined ? {} : { ok: part(node.ok) }),
        ...(node.err === undefined ? {} : { err: part(node.err) }),
      };
    case 'own':
    case 'borrow':
      return { kind: node.kind, resource: resource(node.resource) };
    case 'stream':
      return { kind: 'stream', ...(node.element === undefined ? {} : { element: part(node.element) }) };
    case 'future':
      return { kind: 'future', ...(node.value === undefined ? {} : { value: part(node.value) }) };
  }
}

/** What a type is, for error messages. */
export function describe(entity: TypeEntity): string {
  switch (entity.kind) {
    case 'value':
      return `a ${entity.type.kind}`;
    case 'func':
      return 'a function type';
    case 'resource':
      return 'a resource';
    case 'component':
      return 'a component type';
    case 'instance':
      return 'an instance type';
  }
}
