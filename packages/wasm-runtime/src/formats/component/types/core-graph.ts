import type { WitResource, WitType } from '@wasmlattice/rpc';
import type { CanonOptionsNode, Definition, ValTypeNode } from '../binary/nodes.js';
import type {
  CoreInstance,
  CoreItem,
  CoreOptions,
  DefinedResource,
  FunctionType,
  InstantiatedPart,
  Lift,
  LoweredItem,
} from '../instantiation.js';
import { resolveBuiltin } from './builtins.js';
import type { CoreSpace, Part } from './core-space.js';
import type { FunctionEntity } from './entities.js';

type CoreDefinition = Extract<
  Definition,
  {
    readonly kind:
      | 'core-instantiate'
      | 'core-inline-instance'
      | 'core-alias'
      | 'lower'
      | 'resource-builtin'
      | 'builtin'
      | 'other-builtin';
  }
>;

/** What the evaluator looks up for {@link CoreGraph.define}. */
export interface ComponentLookUp {
  func(index: number): FunctionEntity;
  resource(index: number): WitResource;
  type(ref: ValTypeNode): WitType;
  /** `undefined` for one that is only described. */
  module(index: number): number | undefined;
}

/**
 * Writes down which core modules a component instantiates and how they are wired, those of the components that it consists of
 * included, in the order in which all of it is instantiated.
 */
export class CoreGraph {
  readonly modules: { readonly start: number; readonly end: number }[] = [];
  readonly instances: CoreInstance[] = [];
  readonly lowered: LoweredItem[] = [];
  readonly definedResources: Map<WitResource, DefinedResource> = new Map();
  readonly resourceViews: Map<WitResource, WitResource> = new Map();
  readonly parts: InstantiatedPart[] = [];
  /** By where they start: a component that is instantiated again defines the same ones. */
  readonly #modules = new Map<number, number>();
  #obstacle: string | undefined;

  get obstacle(): string | undefined {
    return this.#obstacle;
  }

  /** The first one counts. */
  refuse(obstacle: string): void {
    this.#obstacle ??= obstacle;
  }

  /** Returns its place in {@link CoreGraph.modules}. */
  defineModule(start: number, end: number): number {
    const known = this.#modules.get(start);
    if (known !== undefined) return known;
    const index = this.modules.push({ start, end }) - 1;
    this.#modules.set(start, index);
    return index;
  }

  define(definition: CoreDefinition, space: CoreSpace, lookUp: ComponentLookUp): void {
    const { offset } = definition;
    switch (definition.kind) {
      case 'core-instantiate': {
        const args = definition.args.map((arg) => [arg.name, space.instance(arg.instance, offset)] as const);
        const module = lookUp.module(definition.module);
        // What is only described is imported, which is an obstacle already.
        this.#addInstance(
          space,
          module === undefined
            ? { kind: 'exports', items: new Map() }
            : { kind: 'instantiate', module, args: new Map(args) },
        );
        return;
      }
      case 'core-inline-instance': {
        const items = definition.exports.map(
          ({ name, sort, index }) => [name, space.get(sort, index, offset)] as const,
        );
        this.#addInstance(space, { kind: 'exports', items: new Map(items) });
        return;
      }
      case 'core-alias': {
        const { sort, name } = definition;
        const instance = space.instance(definition.instance, offset);
        space.add(sort, { kind: 'export', sort, instance, name });
        return;
      }
      case 'lower':
        space.add('func', this.#lower(definition.options, lookUp.func(definition.func), space, offset));
        return;
      case 'resource-builtin': {
        const { builtin } = definition;
        const resource = lookUp.resource(definition.resource);
        space.add('func', { kind: 'resource', part: this.#partOf(space), builtin, resource });
        return;
      }
      case 'builtin': {
        const builtin = resolveBuiltin(definition.builtin, offset, {
          type: (ref) => lookUp.type(ref),
          core: (sort, index) => space.get(sort, index, offset),
          options: (options) => this.#options(options, space, offset),
        });
        space.add('func', { kind: 'builtin', part: this.#partOf(space), builtin });
        return;
      }
      case 'other-builtin':
        this.refuse(`it uses the canonical built-in ${definition.name}`);
        space.add('func', { kind: 'unsupported' });
        return;
    }
  }

  lift(type: FunctionType, func: number, options: CanonOptionsNode, space: CoreSpace, offset: number): Lift {
    return {
      part: this.#partOf(space),
      type,
      core: space.get('func', func, offset),
      options: this.#options(options, space, offset),
    };
  }

  defineResource(
    resource: WitResource,
    destructor: number | undefined,
    space: CoreSpace,
    offset: number,
  ): void {
    this.definedResources.set(resource, {
      part: this.#partOf(space),
      destructor: destructor === undefined ? undefined : space.get('func', destructor, offset),
    });
  }

  /** Another type for whoever must not know that it is `resource`. */
  viewResource(resource: WitResource): WitResource {
    const view = newResource();
    this.resourceViews.set(view, this.resourceViews.get(resource) ?? resource);
    return view;
  }

  #partOf({ part }: CoreSpace): number {
    return this.#indexOf(part);
  }

  /** Those that contain a part come before it. */
  #indexOf(part: Part): number {
    if (part.index !== undefined) return part.index;
    const parent = part.parent === undefined ? undefined : this.#indexOf(part.parent);
    part.index = this.parts.push({ parent }) - 1;
    return part.index;
  }

  #addInstance(space: CoreSpace, instance: CoreInstance): void {
    space.instances.push(this.instances.push(instance) - 1);
  }

  #lower(
    node: CanonOptionsNode,
    { func, source }: FunctionEntity,
    space: CoreSpace,
    offset: number,
  ): CoreItem {
    const options = this.#options(node, space, offset);
    const part = this.#partOf(space);
    // A member of an imported component, which is an obstacle already.
    if (source === undefined) return { kind: 'unsupported' };
    const item: LoweredItem =
      source.kind === 'import'
        ? { kind: 'lower', part, func: source.imported, type: func, options }
        : { kind: 'call', part, type: func, lift: source.lift, options };
    this.lowered.push(item);
    return item;
  }

  #options(node: CanonOptionsNode, space: CoreSpace, offset: number): CoreOptions {
    const { encoding, memory, realloc, postReturn, async, callback, other } = node;
    if (other !== undefined) this.refuse(`it uses the canonical option ${other}`);
    return {
      encoding,
      ...(memory !== undefined && { memory: space.get('memory', memory, offset) }),
      ...(realloc !== undefined && { realloc: space.get('func', realloc, offset) }),
      ...(postReturn !== undefined && { postReturn: space.get('func', postReturn, offset) }),
      ...(async === true && { async }),
      ...(callback !== undefined && { callback: space.get('func', callback, offset) }),
    };
  }
}

/** A resource nobody has named yet. Whoever names it writes into this very object. */
export function newResource(): WitResource {
  return { instance: '', name: '' };
}
