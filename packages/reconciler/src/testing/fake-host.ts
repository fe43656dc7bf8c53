import { isDeepStrictEqual } from 'node:util';
import {
  type ComponentDescription,
  type ControlHandlers,
  canaryAnnotations,
  describeShare,
  failed,
  type HostInventory,
  type Link,
  ok,
  type ProviderDescription,
  type StringMap,
  serveControlInterface,
} from '@wasmlattice/control-interface';
import { type CanaryFigures, serveDiagnostics } from '@wasmlattice/diagnostics';
import {
  componentScaled,
  componentScaleFailed,
  configDeleted,
  configSet,
  createNatsEventPublisher,
  hostHeartbeat,
  hostStarted,
  hostStopped,
  type LatticeEvent,
  linkdefDeleted,
  linkdefSet,
  providerStarted,
  providerStopped,
} from '@wasmlattice/events';
import { connect } from 'nats';
import { startSignOfLife } from '../sign-of-life/sign-of-life.js';

/** What real hosts keep in JetStream. */
export interface FakeLattice {
  links: Link[];
  readonly configs: Map<string, StringMap>;
  /** Called after each change. */
  onChange: () => void;
}

export interface FakeHostOptions {
  readonly url: string;
  readonly hostId: string;
  readonly labels?: StringMap;
  readonly lattice?: FakeLattice;
  /** Whether it gives signs of life as ours do; default true. */
  readonly signs?: boolean;
  readonly uptimeSeconds?: number;
  /** Images that fail to start here. */
  readonly broken?: ReadonlySet<string>;
  /** Whether it is as one of wasmCloud: it tells no configs of components, and runs no second versions. */
  readonly isForeign?: boolean;
}

export interface FakeHost extends AsyncDisposable {
  readonly id: string;
  readonly components: Map<string, ComponentDescription>;
  readonly providers: Map<string, ProviderDescription>;
  /** Whether somebody has asked what runs here: who acts knows it by then. */
  readonly isAsked: boolean;
  /** What it tells of calls of all components that have a second version. */
  calls: Pick<CanaryFigures, 'stable' | 'canary'>;
  /** Requests that change something, in order, as `scale hello 4`. */
  readonly requests: string[];
  heartbeat(): Promise<void>;
  /** Closes the connection as the end of a process does: without a word. */
  die(): Promise<void>;
  /** Keeps its subscriptions and does nothing more, as a process that was stopped, or is cut off. */
  fallSilent(): void;
  /** Is heard of again. */
  comeBack(): void;
  stop(): Promise<void>;
}

/** A host that runs nothing but answers, remembers and tells as a real one does. */
export async function startFakeHost(options: FakeHostOptions): Promise<FakeHost> {
  const {
    broken = new Set(),
    hostId,
    isForeign = false,
    labels = {},
    signs = true,
    uptimeSeconds = 100,
  } = options;
  const lattice = options.lattice ?? { links: [], configs: new Map(), onChange: () => {} };
  const connection = await connect({ servers: options.url });
  const publisher = createNatsEventPublisher({ connection, lattice: 'default', source: hostId });
  const components = new Map<string, ComponentDescription>();
  const providers = new Map<string, ProviderDescription>();
  const requests: string[] = [];
  let silence: PromiseWithResolvers<void> | undefined;
  const about = { friendlyName: `name-${hostId}`, labels, version: '1.2.3', uptimeHuman: '', uptimeSeconds };
  const emit = (event: LatticeEvent): void => void publisher.publish(event);
  let isAsked = false;
  const inventory = (): HostInventory => ({
    ...about,
    hostId,
    components: [...components.values()],
    providers: [...providers.values()],
  });
  const unsupported = () => failed('not here');
  const isSame = (one: Link, other: Omit<Link, 'interfaces' | 'sourceConfig' | 'targetConfig'>): boolean =>
    one.sourceId === other.sourceId &&
    one.name === other.name &&
    one.witNamespace === other.witNamespace &&
    one.witPackage === other.witPackage &&
    one.target === other.target;
  const handlers: ControlHandlers = {
    async pingHost() {
      await silence?.promise;
      return ok('', { ...about, id: hostId, lattice: 'default' });
    },
    async getHostInventory() {
      await silence?.promise;
      isAsked = true;
      return ok('', inventory());
    },
    scaleComponent({ annotations, componentId, componentRef, config, maxInstances }) {
      requests.push(`scale ${componentId} ${maxInstances}`);
      const event = { annotations, componentId, hostId, imageRef: componentRef, maxInstances };
      if (broken.has(componentRef)) {
        emit(componentScaleFailed({ ...event, error: `can't fetch ${componentRef}` }));
        return ok();
      }
      const running = components.get(componentId);
      // As real ones: who asks for what there is changes nothing, and no annotations either.
      const isSame =
        running?.maxInstances === maxInstances && isDeepStrictEqual(running.config ?? config, config);
      if (maxInstances === 0) components.delete(componentId);
      else if (!isSame) {
        components.set(componentId, {
          id: componentId,
          imageRef: running?.imageRef ?? componentRef,
          annotations,
          maxInstances,
          revision: 0,
          ...(!isForeign && { config }),
        });
      }
      emit(componentScaled(event));
      return ok();
    },
    updateComponent({ annotations = {}, componentId, newComponentRef }) {
      requests.push(`update ${componentId} ${newComponentRef}`);
      const running = components.get(componentId);
      if (running === undefined) return failed(`no component ${componentId}`);
      components.set(componentId, { ...running, imageRef: newComponentRef, annotations });
      const { maxInstances } = running;
      emit(componentScaled({ annotations, componentId, hostId, imageRef: newComponentRef, maxInstances }));
      return ok('updating');
    },
    ...(!isForeign &&
      ({
        canaryComponent({ componentId, componentRef, share }) {
          requests.push(`canary ${componentId} ${componentRef} ${describeShare(share)}`);
          const running = components.get(componentId);
          if (running === undefined) return failed(`no component ${componentId}`);
          const {
            [canaryAnnotations.image]: _image,
            [canaryAnnotations.share]: _share,
            ...others
          } = running.annotations;
          const annotations =
            share === 0
              ? others
              : {
                  ...others,
                  [canaryAnnotations.image]: componentRef,
                  [canaryAnnotations.share]: describeShare(share),
                };
          const { imageRef, maxInstances } = running;
          if (broken.has(componentRef)) {
            emit(
              componentScaleFailed({
                annotations,
                componentId,
                hostId,
                imageRef,
                maxInstances,
                error: `can't fetch ${componentRef}`,
              }),
            );
            return ok();
          }
          components.set(componentId, { ...running, annotations });
          emit(componentScaled({ annotations, componentId, hostId, imageRef, maxInstances }));
          return ok();
        },
      } satisfies Pick<ControlHandlers, 'canaryComponent'>)),
    startProvider({ annotations, config, providerId, providerRef }) {
      requests.push(`start ${providerId}`);
      const imageRef = providerRef.replace(/^[a-z+]+:\/\//, '');
      providers.set(providerId, { id: providerId, imageRef, annotations, revision: 0, config });
      emit(providerStarted({ providerId, hostId, imageRef, annotations }));
      return ok();
    },
    stopProvider({ providerId }) {
      requests.push(`stop ${providerId}`);
      const annotations = providers.get(providerId)?.annotations ?? {};
      providers.delete(providerId);
      emit(providerStopped({ providerId, hostId, annotations }));
      return ok();
    },
    getLinks: () => ok('', lattice.links),
    putLink(link) {
      requests.push(`link ${link.sourceId} ${link.target}`);
      lattice.links = [...lattice.links.filter((each) => !isSame(each, link)), link];
      lattice.onChange();
      emit(linkdefSet(link));
      return ok();
    },
    deleteLink(command) {
      requests.push(`unlink ${command.sourceId} ${command.target}`);
      const removed = lattice.links.find((each) =>
        isSame(each, { ...command, target: command.target ?? each.target }),
      );
      lattice.links = lattice.links.filter((each) => each !== removed);
      lattice.onChange();
      emit(linkdefDeleted(command, removed));
      return ok();
    },
    getConfig: (name) => ok('', lattice.configs.get(name)),
    putConfig({ config, name }) {
      requests.push(`config ${name}`);
      lattice.configs.set(name, config);
      lattice.onChange();
      emit(configSet({ configName: name }));
      return ok();
    },
    deleteConfig(name) {
      requests.push(`unconfig ${name}`);
      lattice.configs.delete(name);
      lattice.onChange();
      emit(configDeleted({ configName: name }));
      return ok();
    },
    stopHost: unsupported,
    putLabel: unsupported,
    deleteLabel: unsupported,
    getClaims: () => ok('', []),
    putRegistries: unsupported,
  };
  const server = await serveControlInterface({ connection, lattice: 'default', hostId, handlers });
  const sign = () =>
    signs ? startSignOfLife({ connection, lattice: 'default', hostId, intervalMs: 50 }) : () => {};
  const none = { invocations: 0, errors: 0 };
  let calls: FakeHost['calls'] = { stable: none, canary: none };
  const diagnostics = serveDiagnostics({
    connection,
    lattice: 'default',
    controlPrefix: 'wasmbus.ctl',
    hostId,
    figures: async () => ({
      hostId,
      friendlyName: about.friendlyName,
      version: about.version,
      time: 0,
      uptimeSeconds,
      process: { residentBytes: 0, cpuMs: 0, servingThreads: 1, budgets: [] },
      durationBoundsMs: [],
      components: [...components.values()].map(({ id, imageRef, maxInstances }) => ({
        id,
        imageRef,
        maxInstances,
        invocations: 0,
        errors: 0,
        refused: 0,
        running: 0,
        waiting: 0,
        durationMs: 0,
        durations: [],
        computedMs: 0,
        canary: { imageRef, share: 0, ...calls },
      })),
      providers: [],
    }),
  });
  let endSigns = sign();
  await publisher.publish(hostStarted(about));
  const close = async (): Promise<void> => {
    endSigns();
    diagnostics.close();
    silence?.resolve();
    await connection.close();
  };
  return {
    id: hostId,
    components,
    providers,
    requests,
    get calls() {
      return calls;
    },
    set calls(next) {
      calls = next;
    },
    get isAsked() {
      return isAsked;
    },
    heartbeat: () => publisher.publish(hostHeartbeat(inventory())),
    die: close,
    fallSilent() {
      endSigns();
      silence = Promise.withResolvers();
    },
    comeBack() {
      silence?.resolve();
      silence = undefined;
      endSigns = sign();
    },
    async stop() {
      await server.close();
      await publisher.publish(hostStopped({ labels }));
      await connection.flush();
      await close();
    },
    [Symbol.asyncDispose]: close,
  };
}
