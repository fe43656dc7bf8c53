import type { WitResource } from '@wasmlattice/rpc';
import type { CoreGraph } from './core-graph.js';

/**
 * The resource types that a component is instantiated with. Where it imports two, it must not notice that they are one: the first stays
 * what it is, any further one is a _view_, another type within this component.
 *
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-checking
 */
export class TypeArguments {
  /** What whoever instantiates the component knows each view as. */
  readonly views: Map<WitResource, WitResource> = new Map();
  readonly #graph: CoreGraph;
  readonly #given = new Set<WitResource>();

  constructor(graph: CoreGraph) {
    this.#graph = graph;
  }

  /** What the component knows `resource` as when it is given it once more. */
  give(resource: WitResource): WitResource {
    if (!this.#given.has(resource)) {
      this.#given.add(resource);
      return resource;
    }
    const view = this.#graph.viewResource(resource);
    this.views.set(view, resource);
    return view;
  }
}
