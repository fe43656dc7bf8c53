import { headerValue } from './header-lines.js';
import type { RoutePolicy } from './route-policy.js';

/**
 * How a listener finds out whom a request is for.
 *
 * - `address`: all requests are for one component.
 * - `path`: by the path of the request, without its query, as it was sent.
 * - `host`: by the value of a header, in most cases Host.
 */
export type HttpRouting =
  | { readonly by: 'address' }
  | { readonly by: 'path' }
  | { readonly by: 'host'; readonly header: string };

/**
 * Which values of a request a route takes: all, one alone, or those below one. Below the path `/a` are `/a` itself and `/a/…`; below the
 * host `example.org` are the names that end with `.example.org`, and not itself.
 */
export type RouteMatch =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly value: string }
  | { readonly kind: 'below'; readonly value: string };

/** A component that answers a part of what a listener takes. */
export interface HttpRoute {
  /** Names the route in later messages; one of the same name is replaced. */
  readonly route: string;
  readonly match: RouteMatch;
  readonly componentId: string;
  readonly policy: RoutePolicy;
}

/** What is asked for has no value to go by. */
export type Unroutable = 'no-header' | 'no-route';

/**
 * Finds the entry for a value: an exact one before all others, then that with the longest prefix or suffix. As many lookups as the value
 * has parts, however many entries there are.
 */
export class RouteTable<Entry> {
  readonly #routing: HttpRouting;
  readonly #byId = new Map<string, { readonly match: RouteMatch; readonly entry: Entry }>();
  readonly #exact = new Map<string, Entry>();
  readonly #below = new Map<string, Entry>();
  #any: Entry | undefined;

  constructor(routing: HttpRouting) {
    this.#routing = routing;
  }

  set(id: string, match: RouteMatch, entry: Entry): void {
    this.delete(id);
    this.#byId.set(id, { match, entry });
    switch (match.kind) {
      case 'any':
        this.#any = entry;
        return;
      case 'exact':
        this.#exact.set(match.value, entry);
        return;
      case 'below':
        this.#below.set(match.value, entry);
        return;
    }
  }

  /** An unknown one is fine. Where another route took the same values meanwhile, it keeps them. */
  delete(id: string): void {
    const known = this.#byId.get(id);
    if (known === undefined) return;
    this.#byId.delete(id);
    const { match, entry } = known;
    if (match.kind === 'any') {
      if (this.#any === entry) this.#any = undefined;
      return;
    }
    const table = match.kind === 'exact' ? this.#exact : this.#below;
    if (table.get(match.value) === entry) table.delete(match.value);
  }

  /** @param headers as they are on the wire: name, value, … */
  find(pathWithQuery: string, headers: readonly string[]): Entry | Unroutable {
    switch (this.#routing.by) {
      case 'address':
        return this.#any ?? 'no-route';
      case 'path':
        return this.#findPath(withoutQuery(pathWithQuery)) ?? 'no-route';
      case 'host': {
        const value = headerValue(headers, this.#routing.header);
        return value === undefined ? 'no-header' : (this.#findHost(value) ?? 'no-route');
      }
    }
  }

  #findPath(path: string): Entry | undefined {
    const exact = this.#exact.get(path);
    if (exact !== undefined || this.#below.size === 0) return exact;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const entry = this.#below.get(path.slice(0, end));
      if (entry !== undefined) return entry;
    }
    return this.#below.get('/');
  }

  /** As it was sent, as upstream compares it; else as a name is: in any case, and at any port. */
  #findHost(value: string): Entry | undefined {
    const exact = this.#exact.get(value);
    if (exact !== undefined) return exact;
    const name = value
      .toLowerCase()
      .replace(/:\d{0,5}$/, '')
      .replace(/\.$/, '');
    const known = this.#exact.get(name);
    if (known !== undefined || this.#below.size === 0) return known;
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      const entry = this.#below.get(name.slice(dot + 1));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

function withoutQuery(pathWithQuery: string): string {
  const query = pathWithQuery.indexOf('?');
  return query === -1 ? pathWithQuery : pathWithQuery.slice(0, query);
}
