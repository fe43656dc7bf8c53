import { isDeepStrictEqual } from 'node:util';
import { isSameLink, type Step, shownProviderReference } from '@wasmlattice/applications';
import {
  type ComponentDescription,
  canaryAnnotations,
  defaultLinkName,
  describeShare,
  type HostInventory,
  type Link,
  type LinkInput,
  type ProviderDescription,
  type StringMap,
} from '@wasmlattice/control-interface';
import type { ObservedHost } from '../observation/observed-host.js';

/** What a lattice has, as far as plans are about it. */
export interface LatticeState {
  readonly hosts: readonly ObservedHost[];
  readonly links: readonly Link[];
  config(name: string): StringMap | undefined;
}

/** What the lattice will have once these steps are carried out. */
export function stateAfter(state: LatticeState, steps: readonly Step[]): LatticeState {
  if (steps.length === 0) return state;
  const hosts = new Map(state.hosts.map((host) => [host.inventory.hostId, host]));
  const configs = new Map<string, StringMap | undefined>();
  let { links } = state;
  const change = (hostId: string, edit: (inventory: HostInventory) => Partial<HostInventory>): void => {
    const host = hosts.get(hostId);
    if (host === undefined) return;
    hosts.set(hostId, { ...host, inventory: { ...host.inventory, ...edit(host.inventory) } });
  };
  for (const step of steps) {
    switch (step.kind) {
      case 'put-config':
        configs.set(step.name, step.values);
        break;
      case 'delete-config':
        configs.set(step.name, undefined);
        break;
      case 'put-link': {
        const put = step.link;
        links = [...links.filter((link) => !isSameLink(link, put)), fullLink(put)];
        break;
      }
      case 'delete-link': {
        const gone = step.link;
        links = links.filter((link) => !isSameLink(link, gone));
        break;
      }
      case 'scale-component': {
        const { annotations = {}, componentId: id, componentRef, config = [], maxInstances } = step.command;
        change(step.host.hostId, ({ components }) => {
          const running = components.find((each) => each.id === id);
          const imageRef = running?.imageRef ?? componentRef;
          const isAskedBefore =
            running?.maxInstances === maxInstances && isDeepStrictEqual(running.config ?? config, config);
          // Hosts that are asked for what they have do nothing, and change no annotations.
          if (isAskedBefore) return {};
          const kept = { ...annotations, ...canaryOf(running) };
          const scaled = { id, imageRef, annotations: kept, config, maxInstances, revision: 0 };
          return { components: withEntry(components, id, maxInstances === 0 ? undefined : scaled) };
        });
        break;
      }
      case 'restart-component': {
        const { annotations = {}, componentId: id, componentRef: imageRef, maxInstances } = step.command;
        change(step.host.hostId, ({ components }) => {
          const restarted = { id, imageRef, annotations, maxInstances, revision: 0 };
          return { components: withEntry(components, id, restarted) };
        });
        break;
      }
      case 'update-component': {
        const { annotations = {}, componentId: id, newComponentRef } = step.command;
        change(step.host.hostId, ({ components }) => {
          const running = components.find((each) => each.id === id);
          const updated = running && { ...running, imageRef: newComponentRef, annotations };
          return { components: withEntry(components, id, updated) };
        });
        break;
      }
      case 'canary-component': {
        const { componentId: id, componentRef, share } = step.command;
        change(step.host.hostId, ({ components }) => {
          const running = components.find((each) => each.id === id);
          if (running === undefined) return {};
          const {
            [canaryAnnotations.image]: _image,
            [canaryAnnotations.share]: _share,
            ...annotations
          } = running.annotations;
          const added = {
            [canaryAnnotations.image]: componentRef,
            [canaryAnnotations.share]: describeShare(share),
          };
          const changed = {
            ...running,
            annotations: share === 0 ? annotations : { ...annotations, ...added },
          };
          return { components: withEntry(components, id, changed) };
        });
        break;
      }
      case 'start-provider':
      case 'update-provider':
      case 'replace-provider': {
        const { annotations = {}, config = [], providerId: id, providerRef } = step.command;
        const imageRef = shownProviderReference(providerRef);
        change(step.host.hostId, ({ providers }) => ({
          providers: withEntry(providers, id, { id, imageRef, annotations, config, revision: 0 }),
        }));
        break;
      }
      case 'stop-provider':
        change(step.host.hostId, ({ providers }) => ({
          providers: withEntry(providers, step.providerId, undefined),
        }));
        break;
      case 'keep-provider':
        break;
    }
  }
  return {
    hosts: [...hosts.values()],
    links,
    config: (name) => (configs.has(name) ? configs.get(name) : state.config(name)),
  };
}

/** What a host keeps of its annotations, whatever a command says: they tell of its second version. */
function canaryOf(running: ComponentDescription | undefined): StringMap {
  const entries = Object.values(canaryAnnotations).flatMap((key) => {
    const value = running?.annotations[key];
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

function withEntry<T extends ComponentDescription | ProviderDescription>(
  entries: readonly T[],
  id: string,
  entry: T | undefined,
): readonly T[] {
  const others = entries.filter((each) => each.id !== id);
  return entry === undefined ? others : [...others, entry];
}

/** With the defaults that hosts fill in. */
export function fullLink(link: LinkInput): Link {
  const { name = defaultLinkName, sourceConfig = [], targetConfig = [], ...rest } = link;
  return { ...rest, name, sourceConfig, targetConfig };
}
