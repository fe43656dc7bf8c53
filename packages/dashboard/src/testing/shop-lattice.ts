import type { ComponentDescription, Link, ProviderDescription } from '@wasmlattice/control-interface';
import type { FakeInventory } from './fake-lattice.js';

/** A lattice of some size: applications of 25 components each that share providers. */
export interface ShopLattice {
  /** By id of the host. */
  readonly hosts: ReadonlyMap<string, FakeInventory>;
  readonly links: readonly Link[];
}

const componentsOfAnApplication = 25;
const hostIds = ['NA1', 'NB2', 'NC3'];
const words = ['web', 'cart', 'stock', 'price', 'search', 'mail', 'user', 'audit', 'image', 'queue'];

/** In each application a `web` calls the others in steps, and those at the end a key-value provider. */
export function shopLattice(applications: number): ShopLattice {
  const hosts = new Map<string, { components: ComponentDescription[]; providers: ProviderDescription[] }>(
    hostIds.map((id) => [id, { components: [], providers: [] }]),
  );
  const links: Link[] = [];
  const on = (index: number) => hosts.get(hostIds[index % hostIds.length] ?? '');
  for (let application = 1; application <= applications; application += 1) {
    const name = `shop-${application}`;
    const annotations = { 'wasmcloud.dev/appspec': name };
    const providers = [`${name}-http`, `${name}-kv`];
    for (const [index, id] of providers.entries()) {
      on(application + index)?.providers.push({
        id,
        imageRef: `registry.example/${index === 0 ? 'http-server' : 'keyvalue'}:1.2.0`,
        revision: 0,
        annotations,
        config: [`${id}-config`],
        ...(application % 7 === 3 && index === 1 && { failure: 'cannot reach redis.example:6379: timeout' }),
      });
    }
    const ids = Array.from({ length: componentsOfAnApplication }, (_, index) => {
      const word = words[index % words.length] ?? '';
      return `${name}-${word}${index < words.length ? '' : Math.floor(index / words.length) + 1}`;
    });
    for (const [index, id] of ids.entries()) {
      on(application + index)?.components.push({
        id,
        imageRef: `registry.example/shop/${words[index % words.length]}:0.${application}.1`,
        annotations,
        revision: 0,
        maxInstances: 10 + index,
        config: [],
      });
      const parent = ids[Math.floor((index - 1) / 3)];
      if (index > 0 && parent !== undefined) {
        links.push(linkOf(parent, id, 'shop', words[index % words.length] ?? '', ['api']));
      }
      if (index > 16) links.push(linkOf(id, `${name}-kv`, 'wasi', 'keyvalue', ['store', 'atomics']));
    }
    links.push(linkOf(`${name}-http`, ids[0] ?? '', 'wasi', 'http', ['incoming-handler']));
  }
  return { hosts, links };
}

function linkOf(
  sourceId: string,
  target: string,
  witNamespace: string,
  witPackage: string,
  interfaces: string[],
): Link {
  const ends = { sourceId, target, name: 'default', witNamespace, witPackage, interfaces };
  return { ...ends, sourceConfig: [], targetConfig: [] };
}
