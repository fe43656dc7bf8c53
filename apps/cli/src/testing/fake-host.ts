import type {
  ComponentDescription,
  ControlHandlers,
  HostInventory,
  Link,
  ProviderDescription,
  StoredClaims,
  StringMap,
} from '@wasmlattice/control-interface';
import { failed, ok, serveControlInterface, silent } from '@wasmlattice/control-interface';
import {
  componentScaled,
  componentScaleFailed,
  configDeleted,
  configSet,
  createNatsEventPublisher,
  hostStopped,
  type LatticeEvent,
  linkdefDeleted,
  linkdefSet,
  linkdefSetFailed,
  providerStarted,
  providerStartFailed,
  providerStopped,
} from '@wasmlattice/events';
import { connectLattice } from '@wasmlattice/lattice-connection';
import { noopLogger } from '@wasmlattice/telemetry';

/** What a lattice of fake hosts has in common: real ones keep it in JetStream. */
export interface FakeLattice {
  readonly links: Link[];
  readonly configs: Map<string, StringMap>;
}

export interface FakeHostOptions {
  readonly url: string;
  readonly hostId: string;
  readonly friendlyName: string;
  readonly labels?: StringMap;
  readonly lattice?: FakeLattice;
  /** References that fail to start. */
  readonly broken?: readonly string[];
  /** References that are accepted and never heard of again. */
  readonly mute?: readonly string[];
  /** Takes the first link of its slot for whatever link is to be deleted, as hosts of wasmCloud do. */
  readonly ignoresTargets?: boolean;
  /** References whose start request is never answered. */
  readonly unanswered?: readonly string[];
  /** Does not tell which configs components have, as hosts of wasmCloud do. */
  readonly hidesConfigs?: boolean;
  /** Tells which configs providers have, and gives those that run others when it may. */
  readonly updatesProviders?: boolean;
  /** What tokens say. */
  readonly claims?: readonly StoredClaims[];
  /** Why links to a target do not work, by target. */
  readonly failingLinks?: StringMap;
}

export interface FakeHost {
  /** The requests that change something, in order, as `scale hello 4`. */
  readonly requests: string[];
  readonly components: Map<string, ComponentDescription>;
  readonly providers: Map<string, ProviderDescription>;
  readonly lattice: FakeLattice;
  stop(): Promise<void>;
}

/** A host that runs nothing but answers, remembers and emits events as a real one does. */
export async function startFakeHost(options: FakeHostOptions): Promise<FakeHost> {
  const { broken = [], friendlyName, hostId, labels = {}, mute = [], unanswered = [] } = options;
  const lattice = options.lattice ?? { links: [], configs: new Map() };
  const connection = await connectLattice({ url: options.url, name: friendlyName }, noopLogger);
  const publisher = createNatsEventPublisher({ connection, lattice: 'default', source: hostId });
  const emit = (event: LatticeEvent): void => void publisher.publish(event);
  const requests: string[] = [];
  const components = new Map<string, ComponentDescription>();
  const providers = new Map<string, ProviderDescription>();
  const about = { friendlyName, labels, version: '1.2.3', uptimeHuman: '5s', uptimeSeconds: 5 };
  const inventory = (): HostInventory => ({
    ...about,
    hostId,
    components: [...components.values()],
    providers: [...providers.values()],
    undeliveredLinks: lattice.links.flatMap((link) => {
      const reason = options.failingLinks?.[link.target];
      return reason === undefined ? [] : [{ ...link, providerId: link.target, state: 'failed', reason }];
    }),
  });
  const hasLabels = (constraints: StringMap): boolean =>
    Object.entries(constraints).every(([key, value]) => labels[key] === value);
  const unsupported = () => failed('unsupported subject');

  const handlers: ControlHandlers = {
    pingHost: () => ok('', { ...about, id: hostId, lattice: 'default' }),
    getHostInventory: () => ok('', inventory()),
    stopHost() {
      requests.push('stop host');
      emit(hostStopped({ labels }));
      return ok('successfully handled stop host');
    },
    putLabel({ key, value }) {
      requests.push(`label ${key}=${value}`);
      return ok(`successfully put label ${key}=${value}`);
    },
    deleteLabel({ key }) {
      requests.push(`unlabel ${key}`);
      return ok(`successfully deleted label ${key}`);
    },
    auctionComponent({ componentId, componentRef, constraints }) {
      if (!hasLabels(constraints) || components.has(componentId)) return silent;
      return ok('', { componentId, componentRef, constraints, hostId });
    },
    auctionProvider({ constraints, providerId, providerRef }) {
      if (!hasLabels(constraints) || providers.has(providerId)) return silent;
      return ok('', { providerId, providerRef, constraints, hostId });
    },
    scaleComponent(command) {
      const { allowUpdate, annotations, componentId, componentRef, config, maxInstances } = command;
      requests.push(`scale ${componentId} ${maxInstances}`);
      const event = {
        annotations,
        componentId,
        hostId: command.hostId,
        imageRef: componentRef,
        maxInstances,
      };
      if (mute.includes(componentRef)) return ok();
      const running = components.get(componentId);
      const imageRef = allowUpdate ? componentRef : (running?.imageRef ?? componentRef);
      if (running === undefined && maxInstances > 0 && broken.includes(componentRef)) {
        emit(componentScaleFailed({ ...event, error: `failed to fetch component: ${componentRef}` }));
        return ok();
      }
      if (maxInstances === 0) components.delete(componentId);
      else {
        components.set(componentId, {
          id: componentId,
          imageRef,
          annotations: running?.annotations ?? annotations,
          maxInstances,
          revision: 0,
          ...(options.hidesConfigs !== true && { config }),
        });
      }
      emit(
        componentScaled({
          ...event,
          annotations: running?.annotations ?? annotations,
          imageRef,
        }),
      );
      return ok();
    },
    updateComponent({ annotations = {}, componentId, hostId: requestedHost, newComponentRef }) {
      requests.push(`update ${componentId} ${newComponentRef}`);
      const running = components.get(componentId);
      if (running === undefined) return failed(`component ${componentId} not found`);
      components.set(componentId, { ...running, imageRef: newComponentRef, annotations });
      const event = { annotations, componentId, hostId: requestedHost, imageRef: newComponentRef };
      emit(componentScaled({ ...event, maxInstances: running.maxInstances }));
      emit(componentScaled({ ...event, maxInstances: 0 }));
      return ok(`component ${componentId} updating from ${running.imageRef} to ${newComponentRef}`);
    },
    startProvider({ allowUpdate, annotations, config, hostId: requestedHost, providerId, providerRef }) {
      requests.push(`${allowUpdate ? 'update' : 'start'} ${providerId}`);
      if (unanswered.includes(providerRef)) return silent;
      if (providers.has(providerId) && !(allowUpdate && options.updatesProviders === true)) {
        return failed('provider with that ID is already running');
      }
      if (broken.includes(providerRef)) {
        emit(
          providerStartFailed({
            providerId,
            providerRef,
            hostId: requestedHost,
            error: `could not start provider ${providerId}: it cannot be executed`,
          }),
        );
        return ok('successfully started provider');
      }
      const imageRef = providerRef.replace(/^(file|oci|wasmcloud\+builtin):\/\//, '');
      providers.set(providerId, { id: providerId, imageRef, annotations, revision: 0, config });
      emit(providerStarted({ providerId, hostId: requestedHost, imageRef, annotations }));
      return ok('successfully started provider');
    },
    stopProvider({ providerId, hostId: requestedHost }) {
      requests.push(`stop ${providerId}`);
      const running = providers.get(providerId);
      if (running === undefined) return failed('provider with that ID is not running');
      providers.delete(providerId);
      emit(providerStopped({ providerId, hostId: requestedHost, annotations: running.annotations }));
      return ok('successfully stopped provider');
    },
    getLinks: () => ok('', lattice.links),
    putLink(link) {
      requests.push(`link ${link.sourceId} ${link.target}`);
      const missing = [...link.sourceConfig, ...link.targetConfig].find((name) => !lattice.configs.has(name));
      if (missing !== undefined) {
        const message = `Failed to validate configuration and secrets. Configuration ${missing} not found in config store. `;
        emit(linkdefSetFailed(link, message));
        return failed(message);
      }
      const same = lattice.links.findIndex(
        ({ name, sourceId, target, witPackage }) =>
          sourceId === link.sourceId &&
          target === link.target &&
          witPackage === link.witPackage &&
          name === link.name,
      );
      lattice.links.splice(same < 0 ? lattice.links.length : same, same < 0 ? 0 : 1, link);
      emit(linkdefSet(link));
      return ok('successfully set link');
    },
    deleteLink(command) {
      requests.push(`unlink ${command.sourceId} ${command.witPackage}`);
      const at = lattice.links.findIndex(
        ({ name, sourceId, target, witPackage }) =>
          sourceId === command.sourceId &&
          witPackage === command.witPackage &&
          name === command.name &&
          (options.ignoresTargets === true || command.target === undefined || command.target === target),
      );
      const [removed] = at < 0 ? [] : lattice.links.splice(at, 1);
      emit(linkdefDeleted(command, removed));
      return ok('successfully deleted link');
    },
    getConfig(name) {
      const config = lattice.configs.get(name);
      return config === undefined ? ok('Configuration not found') : ok('', config);
    },
    putConfig({ config, name }) {
      requests.push(`config ${name}`);
      lattice.configs.set(name, config);
      emit(configSet({ configName: name }));
      return ok('successfully put config');
    },
    deleteConfig(name) {
      requests.push(`unconfig ${name}`);
      lattice.configs.delete(name);
      emit(configDeleted({ configName: name }));
      return ok('successfully deleted config');
    },
    getClaims: () => ok('', options.claims ?? []),
    putRegistries: unsupported,
  };

  const server = await serveControlInterface({ connection, lattice: 'default', hostId, handlers });
  return {
    requests,
    components,
    providers,
    lattice,
    async stop() {
      await server.close();
      await connection.close();
    },
  };
}
