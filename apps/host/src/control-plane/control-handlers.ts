import { type ControlHandlers, failed, type HostInventory, ok, silent } from '@wasmlattice/control-interface';
import { configDeleted, configSet, type EventPublisher, labelsChanged } from '@wasmlattice/events';
import type { RegistryLogins } from './artifacts/registry-logins.js';
import type { ComponentService } from './component/component-service.js';
import { describeHost, type HostFacts } from './host-facts.js';
import { type ConfigStore, isNamedConfig, parseNamedConfig } from './lattice-store/config-store.js';
import type { LatticeStore } from './lattice-store/lattice-store.js';
import type { LinkService } from './link-service.js';
import type { ProviderService } from './provider/provider-service.js';

/** What the control commands of a host act on. */
export interface ControlHandlerComponents {
  readonly facts: HostFacts;
  readonly components: ComponentService;
  readonly providers: ProviderService;
  readonly links: LinkService;
  readonly configs: ConfigStore;
  readonly lattice: Pick<LatticeStore, 'claims'>;
  readonly registries: RegistryLogins;
  readonly events: EventPublisher;
  readonly inventory: () => HostInventory;
  /** Begins the host's own stop; returns at once. */
  readonly stopHost: (timeoutMs: number | undefined) => void;
}

/** One method for each control command: decides what to answer and leaves the work to the services. */
export function createControlHandlers(parts: ControlHandlerComponents): ControlHandlers {
  const { facts, components, providers, links, configs, events } = parts;
  const { hostId, labels } = facts;

  return {
    pingHost: () => ok('', describeHost(facts, Date.now())),
    getHostInventory: () => ok('', parts.inventory()),
    stopHost({ hostId: requested, timeoutMs }) {
      if (requested !== '' && requested !== hostId) return failed(`invalid host_id [${requested}]`);
      parts.stopHost(timeoutMs);
      return ok('successfully handled stop host');
    },

    async putLabel({ key, value }) {
      if (!labels.put(key, value)) return failed('hostcore.* labels cannot be set dynamically');
      await events.publish(labelsChanged({ hostId, labels: labels.all() }));
      return ok('successfully put label');
    },
    async deleteLabel({ key }) {
      const outcome = labels.delete(key);
      if (outcome === 'builtin') return failed('hostcore.* labels cannot be deleted');
      if (outcome === 'unknown') return ok('successfully deleted label (no such label)');
      await events.publish(labelsChanged({ hostId, labels: labels.all() }));
      return ok('successfully deleted label');
    },

    auctionComponent({ componentId, componentRef, constraints }) {
      if (!labels.satisfy(constraints) || components.isRunning(componentId)) return silent;
      return ok('', { componentId, componentRef, constraints, hostId });
    },
    scaleComponent: (command) => components.scale(command),
    updateComponent: (command) => components.update(command),
    canaryComponent: (command) => components.canary(command),

    auctionProvider({ providerId, providerRef, constraints }) {
      if (!labels.satisfy(constraints) || providers.isRunning(providerId)) return silent;
      return ok('', { providerId, providerRef, constraints, hostId });
    },
    startProvider: (command) => providers.start(command),
    stopProvider: (command) => providers.stop(command),

    getLinks: () => ok('', links.list()),
    putLink: (link) => links.put(link),
    deleteLink: (command) => links.delete(command),

    async getConfig(name) {
      const bytes = await configs.get(name);
      return bytes === undefined ? ok('Configuration not found') : ok('', parseNamedConfig(name, bytes));
    },
    async putConfig({ name, config, raw }) {
      if (!isNamedConfig(config)) return failed('config data should be a map of string -> string');
      await configs.put(name, raw);
      await events.publish(configSet({ configName: name }));
      return ok('successfully put config');
    },
    async deleteConfig(name) {
      await configs.delete(name);
      await events.publish(configDeleted({ configName: name }));
      return ok('successfully deleted config');
    },

    getClaims: () => ok('', parts.lattice.claims()),
    putRegistries(credentials) {
      parts.registries.put(credentials);
      return ok('successfully put registries');
    },
  };
}
