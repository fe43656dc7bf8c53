import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { NatsCredentialsSource, NatsEndpoint } from '@wasmlattice/lattice-connection';
import type { LogLevel } from '@wasmlattice/telemetry';
import {
  type OtlpProtocol,
  type ProtocolVariables,
  readProtocolVariables,
} from '@wasmlattice/telemetry-otlp';
import {
  availableCores,
  type LimitConflict,
  type LimitName,
  type Limits,
  limitConflicts,
  limitNames,
  limitTable,
  type ProcessCeilings,
} from '@wasmlattice/wasm-runtime';
import type { EngineChoice, MemoryWayWish } from '@wasmlattice/wasm-runtime/engines';
import { ConfigError } from './config/config-error.js';
import { hostVersion } from './config/host-version.js';
import { allowedHosts, type HttpClientConfig, readHttpClient } from './config/http-client.js';
import type { Environment, SettingName } from './config/read-settings.js';
import { readSettings } from './config/read-settings.js';
import { type RegistriesConfig, readRegistries } from './config/registries.js';
import type { DiagnosticsScope, EmbeddedNatsMode, SettingValues } from './config/settings.js';
import { limitSettings, settings } from './config/settings.js';
import { httpUrl } from './config/value-kinds.js';
import type { AuditDestination, AuditScope } from './control-plane/audit/audit-trail.js';
import type { SignatureRulesOptions } from './control-plane/claims/signature-rules.js';
import type { PolicyConfig } from './control-plane/policy/open-policy.js';
import { isBuiltinLabel } from './identity/builtin-labels.js';

/** Where one signal goes; `undefined` endpoint: the default of the protocol. */
export interface SignalConfig {
  readonly enabled: boolean;
  readonly endpoint: string | undefined;
}

/** Everything the host is told from outside. Plain data: it can be posted to a worker. */
export interface HostConfig {
  readonly lattice: string;
  /** Server key seed `SN…`; without it the host makes a key for this run. */
  readonly hostSeed: string | undefined;
  /** Labels from flags and variables; the built-in `hostcore.*` ones come on top of it later. */
  readonly labels: Readonly<Record<string, string>>;
  readonly jsDomain: string | undefined;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly allowFileLoad: boolean;
  readonly signatures: Pick<SignatureRulesOptions, 'demand' | 'allowedIssuers'>;
  /** Whether HTTP clients may see what went wrong in a component. */
  readonly developmentMode: boolean;
  readonly heartbeatIntervalSeconds: number;
  readonly providerShutdownDelayMs: number;
  /** How long a provider process may take until it answers its first health request, in ms. */
  readonly providerStartTimeoutMs: number;
  /** Whether providers of ours share a process. */
  readonly providersInProcess: boolean;
  readonly shutdownTimeoutMs: number;
  readonly auctions: { readonly component: boolean; readonly provider: boolean };
  /** `ip:port` of the HTTP endpoint for liveness and readiness. */
  readonly httpAdmin: string | undefined;
  readonly diagnostics: DiagnosticsScope;
  /** Whether the configuration service of the lattice is asked at start. */
  readonly asksConfigService: boolean;
  /** Whether it takes part in keeping the applications of the lattice. */
  readonly reconciles: boolean;
  readonly audit: { readonly destinations: readonly AuditDestination[]; readonly scope: AuditScope };
  readonly features: { readonly builtinHttpServer: boolean };
  readonly registries: RegistriesConfig;
  /** HTTP requests of components that no link names a target of. */
  readonly httpClient: HttpClientConfig;
  readonly nats: {
    /** Whether any flag or variable says where the lattice's NATS servers are or how to log in there. */
    readonly configured: boolean;
    readonly ctl: NatsEndpoint;
    readonly rpc: NatsEndpoint;
    /** The same server as `rpc`, for provider processes. */
    readonly provider: NatsEndpoint;
    /** The same server as `rpc`, for components with a process of their own. */
    readonly isolated: NatsEndpoint;
    /** File with the seed of the account of calls, by which the host makes users. */
    readonly accountSeedFile: string | undefined;
    /** What providers with such a user may use of the applications' subjects. */
    readonly providerSubjects: readonly string[];
    readonly ctlTopicPrefix: string;
    readonly rpcTimeoutMs: number;
  };
  /** Calls between components of this host stay in the host. */
  readonly localRpc: boolean;
  /** Threads that run components. */
  readonly servingThreads: number;
  /** Code that may stay loaded without being called, in bytes. */
  readonly codeBudgetBytes: number | undefined;
  /** What all guests together may use of the process, where it is not what the system says. */
  readonly ceilings: Partial<ProcessCeilings>;
  readonly embeddedNats: { readonly mode: EmbeddedNatsMode; readonly port: number };
  /** What runs components. */
  readonly engine: EngineChoice;
  /** How the memories of instances are reset. */
  readonly memoryReset: MemoryWayWish;
  /** What one component may use, unless it has limits of its own. */
  readonly limits: Limits;
  readonly maxComponents: number;
  /** First part of the subjects of secrets backends, and how often they are asked again; 0: never. */
  readonly secrets: { readonly topic: string | undefined; readonly refreshMs: number };
  readonly policy: PolicyConfig;
  readonly log: { readonly level: LogLevel; readonly structured: boolean };
  readonly observability: {
    readonly protocol: OtlpProtocol;
    /** Where they differ from that. */
    readonly signalProtocols: ProtocolVariables['signalProtocols'];
    readonly traceLevel: LogLevel;
    /** Base for all signals without an endpoint of their own. */
    readonly endpoint: string | undefined;
    readonly traces: SignalConfig;
    readonly metrics: SignalConfig;
    readonly logs: SignalConfig;
  };
}

/** What the command line asks for. */
export type HostCommand =
  | {
      readonly kind: 'run';
      readonly config: HostConfig;
      /** Lines for the log: nothing is wrong, but it may not be what was meant. */
      readonly warnings: readonly string[];
    }
  /** `--help`, `--version`: print to standard output and end with success. */
  | { readonly kind: 'print'; readonly text: string };

/**
 * Turns arguments (without interpreter and script) and environment into the configuration of a host. It reads no
 * files and opens nothing. Relative folders and files are taken from `cwd`.
 *
 * @throws {@link ConfigError} whose message names flag, variable, and what is allowed
 */
export function parseHostConfig(
  argv: readonly string[],
  env: Environment,
  cwd: string = process.cwd(),
): HostCommand {
  const read = readSettings(argv, env);
  if (read.kind === 'print') return read;
  const { values, given } = read;
  const warnings: string[] = [];
  checkConflicts(values, given);
  const rpc = readEndpoint(values, cwd, 'rpc');
  const config: HostConfig = {
    lattice: values.lattice,
    hostSeed: values.hostSeed,
    labels: readLabels(values, env, warnings),
    jsDomain: values.jsDomain,
    dataDir: resolve(cwd, values.dataDir ?? defaultFolder(env, 'XDG_DATA_HOME', '.local/share', 'data-dir')),
    cacheDir: resolve(cwd, values.cacheDir ?? defaultFolder(env, 'XDG_CACHE_HOME', '.cache', 'cache-dir')),
    allowFileLoad: values.allowFileLoad,
    signatures: {
      demand: values.signatures,
      allowedIssuers: values.allowedIssuers.length === 0 ? undefined : values.allowedIssuers,
    },
    developmentMode: values.developmentMode,
    heartbeatIntervalSeconds: values.heartbeatIntervalSeconds,
    providerShutdownDelayMs: values.providerShutdownDelayMs,
    providerStartTimeoutMs: values.providerStartTimeoutMs,
    providersInProcess: values.providersInProcess,
    shutdownTimeoutMs: values.shutdownTimeoutMs,
    auctions: { component: values.enableComponentAuction, provider: values.enableProviderAuction },
    httpAdmin: values.httpAdmin,
    diagnostics: values.diagnostics,
    asksConfigService: values.configServiceEnabled,
    reconciles: values.reconcile,
    audit: { destinations: readAudit(values), scope: values.auditScope },
    features: readFeatures(values, warnings),
    registries: readRegistries(values, cwd),
    httpClient: readHttpClient(values, env, cwd),
    nats: {
      configured: natsLocationSettings.some((name) => given.has(name)),
      ctl: readEndpoint(values, cwd, 'ctl'),
      rpc,
      provider: otherUser(rpc, cwd, values.providerCreds, values.providerInboxPrefix),
      isolated: otherUser(rpc, cwd, values.isolatedCreds, values.isolatedInboxPrefix),
      accountSeedFile:
        values.rpcAccountSeedFile === undefined ? undefined : resolve(cwd, values.rpcAccountSeedFile),
      providerSubjects: values.providerSubjects,
      ctlTopicPrefix: values.ctlTopicPrefix,
      rpcTimeoutMs: values.rpcTimeoutMs,
    },
    localRpc: values.localRpc === 'on',
    servingThreads: values.servingThreads ?? availableCores(),
    codeBudgetBytes: values.codeBudgetBytes,
    ceilings: readCeilings(values),
    embeddedNats: { mode: values.embeddedNats, port: values.embeddedNatsPort },
    engine: readEngine(values, warnings),
    memoryReset: values.memoryReset,
    limits: readLimits(values),
    maxComponents: values.maxComponents,
    secrets: { topic: values.secretsTopic, refreshMs: values.secretsRefreshSeconds * 1_000 },
    policy: {
      topic: values.policyTopic,
      changesTopic: values.policyChangesTopic,
      timeoutMs: values.policyTimeoutMs,
      whenSilent: values.policyDefault,
      file: values.policyFile === undefined ? undefined : resolve(cwd, values.policyFile),
      asksLinks: values.policyLinks,
    },
    log: { level: values.logLevel, structured: values.enableStructuredLogging },
    observability: readObservability(values, env, warnings),
  };
  return { kind: 'run', config, warnings };
}

function readAudit({ audit }: SettingValues): readonly AuditDestination[] {
  const destinations = audit.filter((each) => each !== 'off');
  if (destinations.length === audit.length || audit.length === 1) return destinations;
  throw conflict(
    'audit',
    `${both('audit')} is off and ${destinations.join(' and ')} at once: give one of them`,
  );
}

/** Engine `jco` takes two words: that it is wanted, and that every component is trusted. */
function readEngine({ engine, trustJco }: SettingValues, warnings: string[]): EngineChoice {
  if (engine === 'direct') return engine;
  if (!trustJco) {
    throw new ConfigError(
      `${both('engine')} jco needs ${both('trustJco')}: through its code generator, and the code that it makes, a foreign component can take over the host; leave both out to run components on engine direct`,
      { flag: '--trust-jco', variable: settings.trustJco.variable },
    );
  }
  warnings.push(`${both('engine')} jco: components can take over this host, none may come from a stranger`);
  return 'trusted-jco';
}

function readCeilings(values: SettingValues): Partial<ProcessCeilings> {
  const given: Readonly<Record<keyof ProcessCeilings, number | undefined>> = {
    'suspended-stacks': values.maxSuspendedStacks,
    'linear-memories': values.maxLinearMemories,
    'mapped-areas': values.maxMappedAreas,
    'resident-memory': values.maxResidentMemoryBytes,
  };
  return Object.fromEntries(Object.entries(given).filter(([, ceiling]) => ceiling !== undefined));
}

function readLimits(values: SettingValues): Limits {
  return Object.fromEntries(limitNames.map((limit) => [limit, values[limitSettings[limit]]])) as Limits;
}

/**
 * Refuses limits that the machine does not have the memory for. A default is none that anybody asked for.
 *
 * @throws ConfigError that names all of them
 */
export function assertLimitsFit(
  { limits }: Pick<HostConfig, 'limits'>,
  ceilings: Pick<ProcessCeilings, 'resident-memory'>,
): void {
  const chosen = limitNames.filter((limit) => limits[limit] !== limitTable[limit].fallback);
  refuseConflicts(limits, new Set(chosen), ceilings['resident-memory']);
}

function refuseConflicts(limits: Limits, chosen: ReadonlySet<LimitName>, residentMemory?: number): void {
  const ofChosen = Object.fromEntries([...chosen].map((limit) => [limit, limits[limit]]));
  const nameOf = (bound: LimitConflict['bound']): string =>
    bound === 'resident-memory' ? 'the memory that this host may use' : both(limitSettings[bound]);
  const [first, ...others] = limitConflicts(ofChosen, residentMemory).map(
    ({ limit, value, bound, boundValue, advice }) =>
      conflict(
        limitSettings[limit],
        `${nameOf(limit)} is ${value}, and ${nameOf(bound)} is ${boundValue}: ${advice}`,
      ),
  );
  if (first !== undefined) throw ConfigError.all([first, ...others]);
}

/** The same configuration with all connections at `url`: for a host that starts its own NATS server. */
export function withNatsUrl(config: HostConfig, url: string): HostConfig {
  const { nats } = config;
  const at = (endpoint: NatsEndpoint): NatsEndpoint => ({ ...endpoint, url });
  return {
    ...config,
    nats: {
      ...nats,
      ctl: at(nats.ctl),
      rpc: at(nats.rpc),
      provider: at(nats.provider),
      isolated: at(nats.isolated),
    },
  };
}

/** Settings that say which NATS servers to use; one of them given means: no embedded server. */
const natsLocationSettings: readonly SettingName[] = [
  'natsHost',
  'natsPort',
  'natsJwt',
  'natsSeed',
  'natsCreds',
  'ctlHost',
  'ctlPort',
  'ctlJwt',
  'ctlSeed',
  'ctlCreds',
  'ctlTls',
  'ctlTlsCaFile',
  'rpcHost',
  'rpcPort',
  'rpcJwt',
  'rpcSeed',
  'rpcCreds',
  'rpcTls',
  'rpcTlsCaFile',
  'rpcAccountSeedFile',
  'providerCreds',
  'isolatedCreds',
];

function checkConflicts(values: SettingValues, given: ReadonlySet<SettingName>): void {
  need(given, 'natsJwt', 'natsSeed');
  need(given, 'ctlJwt', 'ctlSeed');
  need(given, 'rpcJwt', 'rpcSeed');
  need(given, 'providerInboxPrefix', 'providerCreds');
  need(given, 'providerSubjects', 'rpcAccountSeedFile');
  exclude(given, 'rpcAccountSeedFile', 'providerCreds', 'isolatedCreds');
  need(given, 'isolatedInboxPrefix', 'isolatedCreds');
  exclude(given, 'natsCreds', 'natsJwt', 'natsSeed');
  exclude(given, 'ctlCreds', 'ctlJwt', 'ctlSeed');
  exclude(given, 'rpcCreds', 'rpcJwt', 'rpcSeed');
  exclude(given, 'enableObservability', 'enableTraces', 'enableMetrics', 'enableLogs');
  need(given, 'policyChangesTopic', 'policyTopic');
  need(given, 'policyTimeoutMs', 'policyTopic');
  need(given, 'policyDefault', 'policyTopic');
  need(given, 'secretsRefreshSeconds', 'secretsTopic');
  for (const name of ['ociRegistry', 'ociUser', 'ociPassword'] as const) {
    need(given, name, 'ociRegistry');
    need(given, name, 'ociUser');
    need(given, name, 'ociPassword');
  }
  const chosen = limitNames.filter((limit) => given.has(limitSettings[limit]));
  refuseConflicts(readLimits(values), new Set(chosen), values.maxResidentMemoryBytes);
  if (values.embeddedNats === 'require') exclude(given, 'embeddedNats', ...natsLocationSettings);
}

function need(given: ReadonlySet<SettingName>, name: SettingName, needed: SettingName): void {
  if (!given.has(name) || given.has(needed)) return;
  throw conflict(name, `${both(name)} needs ${both(needed)}: give both or neither`);
}

function exclude(
  given: ReadonlySet<SettingName>,
  name: SettingName,
  ...excluded: readonly SettingName[]
): void {
  const other = given.has(name) ? excluded.find((each) => given.has(each)) : undefined;
  if (other === undefined) return;
  throw conflict(name, `${both(name)} and ${both(other)} exclude each other: leave one out`);
}

function conflict(name: SettingName, message: string): ConfigError {
  const setting = settings[name];
  return new ConfigError(message, {
    flag: `--${setting.flag}`,
    variable: setting.variable,
    allowed: setting.allowed,
  });
}

function both(name: SettingName): string {
  const { flag, variable } = settings[name];
  return variable === undefined ? `--${flag}` : `--${flag} (${variable})`;
}

function readLabels(values: SettingValues, env: Environment, warnings: string[]): Record<string, string> {
  const labels = new Map<string, string>();
  const prefix = 'WASMCLOUD_LABEL_';
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || variable === prefix || text === undefined) continue;
    const key = variable.slice(prefix.length);
    if (isBuiltinLabel(key)) {
      throw new ConfigError(
        `${variable} is set: labels \`hostcore.*\` tell what the machine is, and the host sets them itself`,
        { variable },
      );
    }
    labels.set(key, text);
  }
  for (const [key, text] of values.labels) {
    const before = labels.get(key);
    if (before !== undefined && before !== text) {
      warnings.push(`label \`${key}\` is set twice: --label ${key}=${text} wins over \`${before}\``);
    }
    labels.set(key, text);
  }
  return Object.fromEntries(labels);
}

/** Features of wasmCloud 1.x that this version does not have. */
const laterFeatures = ['workload-identity-auth', 'workload-identity-interface', 'rpc-interface'];

function readFeatures(values: SettingValues, warnings: string[]): HostConfig['features'] {
  let { builtinHttpServer } = values;
  for (const text of values.features) {
    const feature = text.trim().toLowerCase().replaceAll('_', '-');
    if (feature === 'builtin-http-server') {
      builtinHttpServer = true;
    } else if (feature === 'builtin-http-client') {
      if (allowedHosts(values).length === 0) {
        warnings.push(
          `${both('features')}: the HTTP client lets no request through without ${both('httpClientAllow')}; \`*\` is the public Internet`,
        );
      }
    } else if (feature === 'wasmcloud-messaging-v3' || feature === 'builtin-messaging-nats') {
      // Always on: who does not use it is not affected.
    } else if (laterFeatures.includes(feature)) {
      throw conflict(
        'features',
        `${both('features')}: the feature \`${feature}\` is known but not available yet in wasmlattice ${hostVersion}: leave it out`,
      );
    } else {
      warnings.push(`${both('features')}: there is no feature \`${text}\`; it is ignored`);
    }
  }
  return { builtinHttpServer };
}

function readEndpoint(values: SettingValues, cwd: string, connection: 'ctl' | 'rpc'): NatsEndpoint {
  const own = {
    ctl: {
      host: values.ctlHost,
      port: values.ctlPort,
      tls: values.ctlTls,
      tlsCaFile: values.ctlTlsCaFile,
      inboxPrefix: values.ctlInboxPrefix,
      credentials: credentials(cwd, values.ctlJwt, values.ctlSeed, values.ctlCreds),
    },
    rpc: {
      host: values.rpcHost,
      port: values.rpcPort,
      tls: values.rpcTls,
      tlsCaFile: values.rpcTlsCaFile,
      inboxPrefix: values.rpcInboxPrefix,
      credentials: credentials(cwd, values.rpcJwt, values.rpcSeed, values.rpcCreds),
    },
  }[connection];
  const host = own.host ?? values.natsHost;
  return {
    url: `nats://${host.includes(':') ? `[${host}]` : host}:${own.port ?? values.natsPort}`,
    tls: own.tls || own.tlsCaFile !== undefined,
    ...(own.tlsCaFile !== undefined && { tlsCaFile: resolve(cwd, own.tlsCaFile) }),
    ...(own.inboxPrefix !== undefined && { inboxPrefix: own.inboxPrefix }),
    credentials: own.credentials ?? credentials(cwd, values.natsJwt, values.natsSeed, values.natsCreds),
  };
}

/** The server of `endpoint` for a user of its own, who has inboxes of its own. */
function otherUser(
  endpoint: NatsEndpoint,
  cwd: string,
  file: string | undefined,
  inboxPrefix: string | undefined,
): NatsEndpoint {
  if (file === undefined) return endpoint;
  const { inboxPrefix: _others, ...server } = endpoint;
  return {
    ...server,
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    credentials: { kind: 'file', path: resolve(cwd, file) },
  };
}

function credentials(
  cwd: string,
  jwt: string | undefined,
  seed: string | undefined,
  file: string | undefined,
): NatsCredentialsSource | undefined {
  if (seed !== undefined) return jwt === undefined ? { kind: 'nkey', seed } : { kind: 'jwt', jwt, seed };
  return file === undefined ? undefined : { kind: 'file', path: resolve(cwd, file) };
}

function readObservability(
  values: SettingValues,
  env: Environment,
  warnings: string[],
): HostConfig['observability'] {
  const all = values.enableObservability;
  const traces = { enabled: values.enableTraces ?? all, endpoint: values.tracesEndpoint };
  const metrics = { enabled: values.enableMetrics ?? all, endpoint: values.metricsEndpoint };
  const logs = { enabled: values.enableLogs ?? all, endpoint: values.logsEndpoint };
  // Other programs read these variables, too: what they hold matters only to a host that exports.
  if (traces.enabled) checkUrl('tracesEndpoint', values);
  if (metrics.enabled) checkUrl('metricsEndpoint', values);
  if (logs.enabled) checkUrl('logsEndpoint', values);
  const isOn = traces.enabled || metrics.enabled || logs.enabled;
  if (isOn) checkUrl('observabilityEndpoint', values);
  const protocol = values.observabilityProtocol;
  const standard = readProtocolVariables(env);
  if (isOn && protocol === undefined) warnings.push(...standard.problems);
  return {
    protocol: protocol ?? standard.protocol ?? 'http',
    signalProtocols: protocol === undefined ? standard.signalProtocols : {},
    traceLevel: values.traceLevel,
    endpoint: values.observabilityEndpoint,
    traces,
    metrics,
    logs,
  };
}

function checkUrl(
  name: 'observabilityEndpoint' | 'tracesEndpoint' | 'metricsEndpoint' | 'logsEndpoint',
  values: SettingValues,
): void {
  const text = values[name];
  if (text === undefined || httpUrl.parse(text) !== undefined) return;
  throw conflict(name, `${both(name)} is \`${text}\`: expected ${httpUrl.allowed}`);
}

/** The folder of the XDG base directory specification, which says to ignore variables with relative paths. */
function defaultFolder(env: Environment, variable: string, underHome: string, flag: string): string {
  const base = env[variable];
  if (base !== undefined && isAbsolute(base)) return join(base, 'wasmlattice');
  const home = env.HOME || homedir();
  if (!isAbsolute(home)) {
    throw new ConfigError(`neither ${variable} nor HOME names an absolute folder: give --${flag}`, {
      flag: `--${flag}`,
    });
  }
  return join(home, underHome, 'wasmlattice');
}
