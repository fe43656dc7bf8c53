import { join } from 'node:path';
import { ComponentPlaces, platformReusesPorts } from '@wasmlattice/component-host';
import { serveControlInterface } from '@wasmlattice/control-interface';
import { type DiagnosticsServer, serveDiagnostics } from '@wasmlattice/diagnostics';
import { createNatsEventPublisher } from '@wasmlattice/events';
import { createHostKey, createXKey, hostKeyFromSeed } from '@wasmlattice/identity';
import { connectionSettings, connectLattice } from '@wasmlattice/lattice-connection';
import { createGroupGuard } from '@wasmlattice/provider-host';
import { startSignOfLife } from '@wasmlattice/reconciler';
import {
  createLogTap,
  createStderrLogger,
  type DeferredLogSink,
  type Logger,
  Redactor,
} from '@wasmlattice/telemetry';
import { limitStacks, readProcessCeilings } from '@wasmlattice/wasm-runtime';
import { chooseMemoryWay } from '@wasmlattice/wasm-runtime/engines';
import { startHttpAdmin } from './admin/http-admin.js';
import { hostVersion } from './config/host-version.js';
import { httpClientSettings } from './config/http-client.js';
import type { Environment } from './config/read-settings.js';
import { readAuthorities } from './config/tls-authorities.js';
import { type HostConfig, withNatsUrl } from './config.js';
import { keepApplications } from './control-plane/applications/keep-applications.js';
import { createArtifactStore } from './control-plane/artifacts/artifact-store.js';
import { openRegistries } from './control-plane/artifacts/open-registries.js';
import { createAuditTrail } from './control-plane/audit/audit-trail.js';
import { createCallUsers } from './control-plane/call-users.js';
import { createSignatureRules } from './control-plane/claims/signature-rules.js';
import { createComponentService } from './control-plane/component/component-service.js';
import { askConfigService } from './control-plane/config-service/ask-config-service.js';
import { createControlHandlers } from './control-plane/control-handlers.js';
import { startHeartbeat } from './control-plane/heartbeat.js';
import { describeInventory, type HostFacts } from './control-plane/host-facts.js';
import { createHttpClients } from './control-plane/http/http-clients.js';
import { createHttpTargets } from './control-plane/http/http-targets.js';
import { createLabels } from './control-plane/labels.js';
import { openConfigStore } from './control-plane/lattice-store/config-store.js';
import { openLatticeStore, type SpecChange } from './control-plane/lattice-store/lattice-store.js';
import { createLinkAnnouncer } from './control-plane/link-announcer.js';
import { createLinkService } from './control-plane/link-service.js';
import { goneLinks, newLinks } from './control-plane/link-table.js';
import { openPolicy } from './control-plane/policy/open-policy.js';
import { followEndsElsewhere } from './control-plane/provider/ends-elsewhere.js';
import { createProviderEnds } from './control-plane/provider/provider-ends.js';
import { createProviderLauncher } from './control-plane/provider/provider-launcher.js';
import { createProviderLookup, isBuiltinProvider } from './control-plane/provider/provider-lookup.js';
import { createProviderService } from './control-plane/provider/provider-service.js';
import { createSecrets } from './control-plane/secrets/create-secrets.js';
import { stopWorkloads } from './control-plane/stop-workloads.js';
import { createCaptureSource } from './diagnostics/capture-source.js';
import { createHostFigures } from './diagnostics/host-figures.js';
import { shouldEmbed, startEmbeddedNats } from './embedded-nats/index.js';
import { type Host, hostFrom } from './host.js';
import { startHostTelemetry } from './host-telemetry.js';
import { builtinLabels } from './identity/builtin-labels.js';
import { createFriendlyName } from './identity/friendly-name.js';
import { logSettings } from './logging.js';

export interface CreateHostOptions {
  readonly config: HostConfig;
  /** Environment of the process: providers get a few variables of it, and it may say where `nats-server` is. */
  readonly env: Environment;
  readonly logger: Logger;
  /** What the logger logs, to be exported if the configuration says so. */
  readonly deferredLog?: DeferredLogSink;
  /** Keeps secrets out of what the logger writes; it learns of them here. */
  readonly redactor?: Redactor;
}

/** Time a component may use to finish its invocations when it is stopped or replaced, in ms. */
const componentGraceMs = 5_000;

/**
 * Assembles a host: connections, stores, services, handlers. Nothing is served before `start`. When a step fails, what
 * was opened before it is closed again.
 */
export async function createHost(options: CreateHostOptions): Promise<Host> {
  const { config: given, env, logger, redactor = new Redactor() } = options;
  await using opened = new AsyncDisposableStack();

  const key = given.hostSeed === undefined ? createHostKey() : hostKeyFromSeed(given.hostSeed);
  const hostId = key.publicKey;
  const authorities = await readAuthorities('tlsCaPath', given.registries.authorityFiles);
  // Opened first, so that it is closed last: the end of the host is worth a span, too.
  const telemetry = await startHostTelemetry({
    config: given,
    hostId,
    env,
    authorities,
    logger: logger.named('telemetry'),
  });
  let diagnostics: DiagnosticsServer | undefined;
  const tap = createLogTap({ post: (batch) => diagnostics?.logged(batch) });
  options.deferredLog?.attach((record) => {
    telemetry.log?.(record);
    tap.take(record);
  });
  opened.defer(() => telemetry.shutdown());
  const config = await withEmbeddedNats(given, env, logger, opened);
  const callUsers = await createCallUsers(config);
  const rpcSettings = await connectionSettings('rpc', config.nats.rpc);
  const ctl = await connectLattice(await connectionSettings('ctl', config.nats.ctl), logger.named('nats'));
  opened.defer(() => ctl.close());
  const rpc = await connectLattice(rpcSettings, logger.named('nats'));
  opened.defer(() => rpc.close());

  const admin =
    config.httpAdmin === undefined
      ? undefined
      : await startHttpAdmin({ address: config.httpAdmin, logger: logger.named('admin') });
  opened.defer(() => admin?.close());

  const { lattice } = config;
  const facts: HostFacts = {
    hostId,
    friendlyName: createFriendlyName(),
    version: hostVersion,
    lattice,
    labels: createLabels({ ...builtinLabels(process.arch, process.platform), ...config.labels }),
    startedAt: Date.now(),
    ctlHost: config.nats.ctl.url,
    rpcHost: config.nats.rpc.url,
    jsDomain: config.jsDomain,
  };
  const events = createNatsEventPublisher({
    connection: ctl,
    lattice,
    source: hostId,
    logger: logger.named('events'),
  });

  const audit = createAuditTrail({
    hostId,
    ...config.audit,
    events,
    // A host that logs errors alone keeps account all the same.
    logger: logger.enabled('info')
      ? logger.named('audit')
      : createStderrLogger(
          'host.audit',
          { ...logSettings(config), level: 'info' },
          { record: options.deferredLog?.record, redactor },
        ),
    meter: telemetry.meter,
  });

  // Nobody asks about calls before there are threads.
  let forgetDecisions = (): void => {};
  const policy = await openPolicy({
    config: config.policy,
    connection: ctl,
    host: { publicKey: hostId, lattice, labels: facts.labels.all() },
    onChange: () => forgetDecisions(),
    audit,
    tracer: telemetry.tracer,
    logger: logger.named('policy'),
  });
  opened.defer(() => policy.close());

  // The watches call back before the services below exist: changes wait in the store's own view until then.
  let onSpecChange: (change: SpecChange) => void = () => {};
  let onStoreEnd: (cause?: unknown) => void = () => {};
  const jetstream = ctl.jetstream(config.jsDomain === undefined ? {} : { domain: config.jsDomain });
  const storeOptions = {
    jetstream,
    lattice,
    logger: logger.named('store'),
    onEnd: (cause?: unknown) => onStoreEnd(cause),
  };
  const latticeStore = await openLatticeStore({
    ...storeOptions,
    onChange: (change) => onSpecChange(change),
  });
  opened.defer(() => latticeStore.close());
  const applications = config.reconciles
    ? await keepApplications({
        ...storeOptions,
        connection: ctl,
        hostId,
        jsDomain: config.jsDomain,
        controlPrefix: config.nats.ctlTopicPrefix,
        inboxPrefix: config.nats.ctl.inboxPrefix,
        links: () => latticeStore.links(),
        logger: logger.named('applications'),
      })
    : undefined;
  opened.defer(() => applications?.close());
  const configs = await openConfigStore(storeOptions);
  opened.defer(() => configs.close());
  const secrets = createSecrets({
    ctl,
    ...config.secrets,
    hostId,
    friendlyName: facts.friendlyName,
    configs,
    redactor,
    logger: logger.named('secrets'),
  });
  opened.defer(() => secrets.close());
  const hostXkey = createXKey();

  limitStacks(config.limits.stack);
  const memoryReset = chooseMemoryWay({ wish: config.memoryReset });
  logger.info('chose how memories are reset', { way: memoryReset.way, reason: memoryReset.reason });
  const places = await ComponentPlaces.start({
    data: {
      lattice,
      hostId,
      rpc: rpcSettings,
      sameHostCalls: config.localRpc,
      httpTimeoutMs: config.limits['execution-time'],
      httpClient: await httpClientSettings(config.httpClient),
      engine: config.engine,
      policesInvocations: policy.gate.decideInvocation !== undefined,
      memoryReset,
      showsTraps: config.developmentMode,
      log: logSettings(config),
      telemetry: telemetry.relaySettings,
    },
    isolatedRpc: (componentId) => callUsers.component(componentId),
    cacheDir: join(config.cacheDir, 'components'),
    threads: config.servingThreads,
    reusePort: platformReusesPorts(process.platform),
    ceilings: config.ceilings,
    ...(config.codeBudgetBytes !== undefined && { codeBudgetBytes: config.codeBudgetBytes }),
    meter: telemetry.meter,
    intake: () => telemetry.intake(),
    onWatched(watched, componentId) {
      if (watched.kind === 'logs') diagnostics?.logged(watched.batch, componentId);
      if (watched.kind === 'traces') diagnostics?.traced(watched.batch, componentId);
      if (watched.kind === 'captured') diagnostics?.captured(watched.captured, componentId);
    },
    decide: policy.gate.decideInvocation,
    logger: logger.named('threads'),
  });
  opened.defer(() => places.close(0));
  forgetDecisions = () => places.notify({ kind: 'forget-decisions' });
  const http = createHttpTargets({ threads: places, graceMs: componentGraceMs });
  const registries = openRegistries({
    config: config.registries,
    authorities,
    cacheDir: config.cacheDir,
    env,
    hostId,
    events,
    ...(config.asksConfigService && {
      fromService: await askConfigService({
        connection: ctl,
        lattice,
        labels: facts.labels.all(),
        logger: logger.named('config-service'),
      }),
    }),
    logger: logger.named('registries'),
  });
  opened.defer(() => registries.close());
  const artifacts = createArtifactStore({
    allowFileLoad: config.allowFileLoad,
    maxComponentSize: config.limits['component-size'],
    providerFolder: join(config.cacheDir, 'providers'),
    registries: registries.artifacts,
  });
  const signatures = createSignatureRules({
    ...config.signatures,
    now: Date.now,
    logger: logger.named('signatures'),
  });
  const links = createLinkService({
    lattice: latticeStore,
    configs,
    events,
    announcer: createLinkAnnouncer({ connection: rpc, lattice }),
    policy: policy.gate,
    isProvider: createProviderLookup({
      connection: rpc,
      lattice,
      store: latticeStore,
      isProviderHere: (id) => providers.isRunning(id),
      isComponentHere: (id) => components.isRunning(id),
    }),
    delivered: async ({ sourceId, target }) => {
      await Promise.all([providers.settled([sourceId, target]), components.settled(sourceId)]);
    },
    logger: logger.named('links'),
  });
  const components = createComponentService({
    hostId,
    maxComponents: config.maxComponents,
    limits: config.limits,
    residentMemoryBytes: readProcessCeilings(config.ceilings)['resident-memory'],
    places,
    artifacts,
    signatures,
    policy: policy.gate,
    lattice: latticeStore,
    configs,
    secrets,
    events,
    logger: logger.named('components'),
    graceMs: componentGraceMs,
  });
  const guard = createGroupGuard(logger.named('guard'));
  opened.defer(() => guard.close());
  const ends = createProviderEnds({
    connection: rpc,
    lattice,
    isBuiltin: (id) => isBuiltinProvider(latticeStore, id),
    notify: (notice) => places.notify(notice),
  });
  opened.defer(() => ends.close());
  const endsElsewhere = await followEndsElsewhere({
    connection: ctl,
    lattice,
    hostId,
    ends,
    logger: logger.named('providers'),
  });
  opened.defer(() => endsElsewhere.close());
  const providers = createProviderService({
    hostId,
    artifacts,
    signatures,
    policy: policy.gate,
    lattice: latticeStore,
    configs,
    secrets,
    hostXkey,
    events,
    onProcessEnd: (providerId) => ends.tell(providerId),
    launcher: createProviderLauncher({
      config,
      env,
      hostId,
      hostXkey,
      redact: (text) => redactor.text(text),
      rpc,
      guard,
      connectionOf: (providerId) => callUsers.provider(providerId),
      http,
      httpClients: createHttpClients({ threads: places, isAllowed: config.httpClient.allow.length > 0 }),
      events,
      logger: logger.named('providers'),
    }),
    meter: telemetry.meter,
    logger: logger.named('providers'),
  });

  onSpecChange = ({ id, previous, current }) => {
    const [before, after] = [previous?.links ?? [], current?.links ?? []];
    components.setLinks(id, after);
    applications?.linksChanged();
    const [gone, put] = [goneLinks(before, after), newLinks(before, after)];
    for (const link of gone) providers.linkDeleted(link);
    for (const link of put) providers.linkPut(link);
    if (gone.length + put.length === 0) providers.linksPutAgain(id);
  };

  const inventory = () =>
    describeInventory(
      facts,
      {
        components: components.describe(),
        providers: providers.describe(),
        undeliveredLinks: providers.undeliveredLinks(),
      },
      Date.now(),
    );
  if (config.diagnostics !== 'off') {
    const served = serveDiagnostics({
      connection: ctl,
      lattice,
      controlPrefix: config.nats.ctlTopicPrefix,
      hostId,
      figures: createHostFigures({ facts, components, providers, places }),
      hostVersion: facts.version,
      ...(config.diagnostics === 'on' && { captures: createCaptureSource({ components, places }) }),
      ...(config.diagnostics !== 'figures' && {
        onFollow: (forMs: number) => {
          tap.open(forMs);
          places.notify({ kind: 'watch', what: 'logs', forMs });
        },
        onTraces: (forMs: number) => places.notify({ kind: 'watch', what: 'traces', forMs }),
      }),
      logger: logger.named('diagnostics'),
    });
    diagnostics = served;
    opened.defer(() => {
      tap.close();
      served.close();
    });
  }
  const resources = opened.move();
  const host = hostFrom({
    facts,
    events,
    logger,
    shutdownTimeoutMs: config.shutdownTimeoutMs,
    serveControl: () =>
      serveControlInterface({
        connection: ctl,
        prefix: config.nats.ctlTopicPrefix,
        lattice,
        hostId,
        auctions: config.auctions,
        logger: logger.named('control'),
        tracer: telemetry.tracer,
        audit: (record) => audit.record({ category: 'control', ...record }),
        handlers: createControlHandlers({
          facts,
          components,
          providers,
          links,
          configs,
          lattice: latticeStore,
          registries: registries.logins,
          events,
          inventory,
          stopHost: (timeoutMs) => void host.stop({ timeoutMs, reason: 'host.stop command' }).catch(() => {}),
        }),
      }),
    startHeartbeat() {
      const endHeartbeat = startHeartbeat({
        intervalMs: config.heartbeatIntervalSeconds * 1_000,
        inventory,
        events,
        logger: logger.named('heartbeat'),
      });
      const endSigns = startSignOfLife({
        connection: ctl,
        lattice,
        hostId,
        logger: logger.named('heartbeat'),
      });
      return () => {
        endHeartbeat();
        endSigns();
      };
    },
    announceStop: () => admin?.setStopping(),
    keepApplications: {
      start: () => applications?.start(),
      stop: async () => await applications?.close(),
    },
    stopWorkloads(graceMs) {
      // A start that waits for an artifact or a secret would hold the stop up.
      registries.close();
      secrets.close();
      return stopWorkloads({ http, components, providers, threads: places }, graceMs);
    },
    release: async () => {
      onStoreEnd = () => {};
      await Promise.all([ctl.flush(), rpc.flush()]);
      await resources.disposeAsync();
    },
  });
  onStoreEnd = (cause) => {
    logger.error('the watch of the lattice data ended, so this host stops', { error: cause });
    host.stop({ reason: 'lattice data watch ended' }).catch(() => {});
  };
  return host;
}

/** Starts a NATS server of the host's own when nothing says where the lattice is. */
async function withEmbeddedNats(
  config: HostConfig,
  env: Environment,
  logger: Logger,
  opened: AsyncDisposableStack,
): Promise<HostConfig> {
  const decision = await shouldEmbed(config);
  if (!decision.embed) return config;
  const server = await startEmbeddedNats({
    dataDir: config.dataDir,
    cacheDir: config.cacheDir,
    port: config.embeddedNats.port,
    jsDomain: config.jsDomain,
    env,
    logger: logger.named('nats-server'),
  });
  opened.defer(() => server.stop());
  return withNatsUrl(config, server.url);
}
