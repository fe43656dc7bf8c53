import { defaultCacheBytes } from '@wasmlattice/artifacts';
import type { LogLevel } from '@wasmlattice/telemetry';
import { type LimitName, limitTable } from '@wasmlattice/wasm-runtime';
import type { MemoryWayWish } from '@wasmlattice/wasm-runtime/engines';
import type { AuditDestination, AuditScope } from '../control-plane/audit/audit-trail.js';
import type { SignatureDemand } from '../control-plane/claims/signature-rules.js';
import type { Setting, SettingDescription } from './setting.js';
import { list, optional, toggle, value } from './setting.js';
import * as kinds from './value-kinds.js';

/** When the host starts a NATS server of its own. */
export type EmbeddedNatsMode = 'auto' | 'off' | 'require';

/** What a host tells of itself when it is asked: its figures and its log, the former alone, or nothing. */
export type DiagnosticsScope = 'on' | 'logs' | 'figures' | 'off';

/** The plain values of all settings, before rules that concern several of them. */
export interface SettingValues {
  readonly lattice: string;
  readonly hostSeed: string | undefined;
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly jsDomain: string | undefined;
  readonly dataDir: string | undefined;
  readonly cacheDir: string | undefined;
  readonly allowFileLoad: boolean;
  readonly developmentMode: boolean;
  readonly providerShutdownDelayMs: number;
  readonly providerStartTimeoutMs: number;
  readonly providersInProcess: boolean;
  readonly shutdownTimeoutMs: number;
  readonly heartbeatIntervalSeconds: number;
  readonly enableComponentAuction: boolean;
  readonly enableProviderAuction: boolean;
  readonly builtinHttpServer: boolean;
  readonly httpClientAllow: readonly string[];
  readonly httpClientCa: readonly string[];
  readonly features: readonly string[];
  readonly audit: readonly (AuditDestination | 'off')[];
  readonly auditScope: AuditScope;
  readonly httpAdmin: string | undefined;
  readonly diagnostics: DiagnosticsScope;
  readonly configServiceEnabled: boolean;
  readonly reconcile: boolean;

  readonly natsHost: string;
  readonly natsPort: number;
  readonly natsJwt: string | undefined;
  readonly natsSeed: string | undefined;
  readonly natsCreds: string | undefined;
  readonly ctlHost: string | undefined;
  readonly ctlPort: number | undefined;
  readonly ctlJwt: string | undefined;
  readonly ctlSeed: string | undefined;
  readonly ctlCreds: string | undefined;
  readonly ctlTls: boolean;
  readonly ctlTlsCaFile: string | undefined;
  readonly ctlInboxPrefix: string | undefined;
  readonly ctlTopicPrefix: string;
  readonly rpcHost: string | undefined;
  readonly rpcPort: number | undefined;
  readonly rpcJwt: string | undefined;
  readonly rpcSeed: string | undefined;
  readonly rpcCreds: string | undefined;
  readonly rpcTls: boolean;
  readonly rpcTlsCaFile: string | undefined;
  readonly rpcInboxPrefix: string | undefined;
  readonly rpcAccountSeedFile: string | undefined;
  readonly providerSubjects: readonly string[];
  readonly providerCreds: string | undefined;
  readonly providerInboxPrefix: string | undefined;
  readonly isolatedCreds: string | undefined;
  readonly isolatedInboxPrefix: string | undefined;
  readonly rpcTimeoutMs: number;
  readonly localRpc: 'on' | 'off';

  readonly embeddedNats: EmbeddedNatsMode;
  readonly embeddedNatsPort: number;

  readonly engine: 'direct' | 'jco';
  readonly trustJco: boolean;
  readonly memoryReset: MemoryWayWish;
  readonly maxExecutionTimeMs: number;
  readonly maxLinearMemoryBytes: number;
  readonly maxComponentSizeBytes: number;
  readonly maxComponents: number;
  readonly maxCoreInstancesPerComponent: number;
  readonly maxTablesPerComponent: number;
  readonly maxTableElements: number;
  readonly maxStackBytes: number;
  readonly maxHandles: number;
  readonly maxHostCallBytes: number;
  readonly maxHostCallElements: number;
  readonly maxRandomBytes: number;
  readonly maxHttpHeaderLines: number;
  readonly maxHttpHeaderBytes: number;
  readonly maxLogRecordsPerSecond: number;
  readonly servingThreads: number | undefined;
  readonly codeBudgetBytes: number | undefined;
  readonly maxSuspendedStacks: number | undefined;
  readonly maxLinearMemories: number | undefined;
  readonly maxMappedAreas: number | undefined;
  readonly maxResidentMemoryBytes: number | undefined;

  readonly logLevel: LogLevel;
  readonly enableStructuredLogging: boolean;

  readonly traceLevel: LogLevel;
  readonly enableObservability: boolean;
  readonly enableTraces: boolean | undefined;
  readonly enableMetrics: boolean | undefined;
  readonly enableLogs: boolean | undefined;
  readonly observabilityEndpoint: string | undefined;
  readonly tracesEndpoint: string | undefined;
  readonly metricsEndpoint: string | undefined;
  readonly logsEndpoint: string | undefined;
  readonly observabilityProtocol: 'http' | 'grpc' | undefined;
  readonly flameGraph: string | undefined;

  readonly signatures: SignatureDemand;
  readonly allowedIssuers: readonly string[];
  readonly policyTopic: string | undefined;
  readonly policyChangesTopic: string | undefined;
  readonly policyTimeoutMs: number;
  readonly policyDefault: 'deny' | 'allow';
  readonly policyFile: string | undefined;
  readonly policyLinks: boolean;
  readonly secretsTopic: string | undefined;
  readonly secretsRefreshSeconds: number;

  readonly allowLatest: boolean;
  readonly allowedInsecure: readonly string[];
  readonly ociRegistry: string | undefined;
  readonly ociUser: string | undefined;
  readonly ociPassword: string | undefined;
  readonly ociMirrors: readonly (readonly [registry: string, mirror: string])[];
  readonly artifactCacheBytes: number;
  readonly tlsCaPath: readonly string[];
}

/** Settings with a number, as limits have. */
type LimitSettingName = {
  [Name in keyof SettingValues]: SettingValues[Name] extends number ? Name : never;
}[keyof SettingValues];

/** The setting of the host for each limit of components. */
export const limitSettings: Readonly<Record<LimitName, LimitSettingName>> = {
  memory: 'maxLinearMemoryBytes',
  'execution-time': 'maxExecutionTimeMs',
  stack: 'maxStackBytes',
  'core-instances': 'maxCoreInstancesPerComponent',
  tables: 'maxTablesPerComponent',
  'table-elements': 'maxTableElements',
  handles: 'maxHandles',
  'host-call-bytes': 'maxHostCallBytes',
  'host-call-elements': 'maxHostCallElements',
  'random-bytes': 'maxRandomBytes',
  'header-lines': 'maxHttpHeaderLines',
  'header-bytes': 'maxHttpHeaderBytes',
  'log-rate': 'maxLogRecordsPerSecond',
  'component-size': 'maxComponentSizeBytes',
};

const limitPlaceholders = { bytes: 'bytes', ms: 'ms', each: 'n', 'a second': 'n' } as const;

/** A limit as the table of limits has it. */
function limit(name: LimitName, more: Pick<SettingDescription, 'advanced'> = {}): Setting<number> {
  const { fallback, flag, help, least, most, unit, variable } = limitTable[name];
  const kind = kinds.wholeNumber(limitPlaceholders[unit], least, most);
  return value(kind, fallback, { flag, variable, group: 'Component limits', help, ...more });
}

const logLevel = kinds.oneOf<LogLevel>('level', 'error', 'warn', 'info', 'debug', 'trace');

/**
 * Every setting of the host: the one list from which flags, variables, `--help` and the table of the README come.
 * Names and defaults are wasmCloud's (docs/spec/host-config.md#1); variables beginning with `WASMLATTICE_`
 * are ours.
 */
export const settings: { readonly [Name in keyof SettingValues]: Setting<SettingValues[Name]> } = {
  lattice: value(kinds.latticeName, 'default', {
    flag: 'lattice',
    short: 'x',
    variable: 'WASMCLOUD_LATTICE',
    group: 'General',
    help: 'Lattice this host belongs to',
  }),
  hostSeed: optional(kinds.hostSeed, 'a new key at every start', {
    flag: 'host-seed',
    variable: 'WASMCLOUD_HOST_SEED',
    group: 'General',
    help: 'Seed of the key whose public half is the host id',
  }),
  labels: list(kinds.label, 'repeat', {
    flag: 'label',
    short: 'l',
    group: 'General',
    help: 'Label of the host, repeatable; each variable WASMCLOUD_LABEL_{key} is a label too, flags win',
  }),
  jsDomain: optional(kinds.anyText('domain'), 'none', {
    flag: 'js-domain',
    aliases: ['wasmcloud-js-domain'],
    variable: 'WASMCLOUD_JS_DOMAIN',
    group: 'General',
    help: 'JetStream domain of the lattice data',
  }),
  dataDir: optional(kinds.path('folder'), '$XDG_DATA_HOME/wasmlattice or ~/.local/share/wasmlattice', {
    flag: 'data-dir',
    variable: 'WASMLATTICE_DATA_DIR',
    group: 'General',
    help: 'Folder for what must survive a restart: the data of the embedded NATS server',
  }),
  cacheDir: optional(kinds.path('folder'), '$XDG_CACHE_HOME/wasmlattice or ~/.cache/wasmlattice', {
    flag: 'cache-dir',
    variable: 'WASMLATTICE_CACHE',
    group: 'General',
    help: 'Folder for what can be made again: compiled components, downloads',
  }),
  allowFileLoad: toggle({
    flag: 'allow-file-load',
    variable: 'WASMCLOUD_ALLOW_FILE_LOAD',
    group: 'General',
    help: 'Permit components and providers from the local file system (file:// and plain paths); on with `wasmlattice up`',
  }),
  developmentMode: value(kinds.trueOrFalse, false, {
    flag: 'development-mode',
    variable: 'WASMLATTICE_DEVELOPMENT_MODE',
    group: 'General',
    help: 'Show HTTP clients why a component trapped: backtrace and stderr in the answer 500; true with `wasmlattice up`',
  }),
  providerShutdownDelayMs: value(kinds.milliseconds, 300, {
    flag: 'provider-shutdown-delay-ms',
    aliases: ['provider-shutdown-delay'],
    variable: 'WASMCLOUD_PROV_SHUTDOWN_DELAY_MS',
    group: 'General',
    help: 'How long to wait for a provider to answer the request to shut down',
  }),
  providerStartTimeoutMs: value(kinds.positiveMilliseconds, 30_000, {
    flag: 'provider-start-timeout-ms',
    variable: 'WASMLATTICE_PROVIDER_START_TIMEOUT_MS',
    group: 'General',
    help: 'How long a provider process may take from its start until it answers its first health request',
  }),
  providersInProcess: toggle({
    flag: 'providers-in-process',
    variable: 'WASMLATTICE_PROVIDERS_IN_PROCESS',
    group: 'General',
    help: 'Run the JavaScript providers of wasmlattice in one process that they share, which takes less memory',
  }),
  shutdownTimeoutMs: value(kinds.positiveMilliseconds, 10_000, {
    flag: 'shutdown-timeout-ms',
    variable: 'WASMLATTICE_SHUTDOWN_TIMEOUT_MS',
    group: 'General',
    help: 'How long an orderly stop may take before the process ends with an error',
  }),
  heartbeatIntervalSeconds: value(kinds.seconds, 30, {
    flag: 'heartbeat-interval-seconds',
    variable: 'WASMCLOUD_HEARTBEAT_INTERVAL',
    group: 'General',
    help: 'Seconds between heartbeat events',
    advanced: true,
  }),
  enableComponentAuction: value(kinds.trueOrFalse, true, {
    flag: 'enable-component-auction',
    variable: 'WASMCLOUD_COMPONENT_AUCTION_ENABLED',
    group: 'General',
    help: 'Answer auctions for components',
  }),
  enableProviderAuction: value(kinds.trueOrFalse, true, {
    flag: 'enable-provider-auction',
    variable: 'WASMCLOUD_PROVIDER_AUCTION_ENABLED',
    group: 'General',
    help: 'Answer auctions for providers',
  }),
  builtinHttpServer: value(kinds.trueOrFalse, true, {
    flag: 'builtin-http-server',
    variable: 'WASMLATTICE_BUILTIN_HTTP_SERVER',
    group: 'General',
    help: 'Offer wasmcloud+builtin://http-server without the feature of that name',
  }),
  httpClientAllow: list(kinds.allowEntry, 'list', {
    flag: 'http-client-allow',
    variable: 'WASMLATTICE_HTTP_CLIENT_ALLOW',
    group: 'General',
    help: 'Where components may send HTTP requests without a link: `*`, names, addresses, networks; `*` with `wasmlattice up`',
  }),
  httpClientCa: list(kinds.path('file'), 'list', {
    flag: 'http-client-ca',
    variable: 'WASMLATTICE_HTTP_CLIENT_CA',
    group: 'General',
    help: 'PEM files of further certificate authorities that these requests trust',
    advanced: true,
  }),
  features: list(kinds.anyText('name'), 'list', {
    flag: 'feature',
    variable: 'WASMCLOUD_EXPERIMENTAL_FEATURES',
    group: 'General',
    help: 'Experimental features to turn on: builtin-http-server; builtin-http-client goes by --http-client-allow, builtin-messaging-nats is on',
    advanced: true,
  }),
  audit: list(
    kinds.oneOf<AuditDestination | 'off'>('log|events|off', 'log', 'events', 'off'),
    'list',
    {
      flag: 'audit',
      variable: 'WASMLATTICE_AUDIT',
      group: 'General',
      help: 'Where a record of each control operation goes: who asked for what, and what came of it',
    },
    ['log'],
  ),
  auditScope: value(kinds.oneOf<AuditScope>('all|changes', 'all', 'changes'), 'all', {
    flag: 'audit-scope',
    variable: 'WASMLATTICE_AUDIT_SCOPE',
    group: 'General',
    help: 'Operations that are recorded; changes leaves out those that only look, unless they are refused',
    advanced: true,
  }),
  diagnostics: value(
    kinds.oneOf<DiagnosticsScope>('on|logs|figures|off', 'on', 'logs', 'figures', 'off'),
    'on',
    {
      flag: 'diagnostics',
      variable: 'WASMLATTICE_DIAGNOSTICS',
      group: 'General',
      help: 'What is told of this host over the lattice: figures, logs as well while somebody follows them, or (on) invocations as well while an operator captures them',
    },
  ),
  httpAdmin: optional(kinds.socketAddress, 'off', {
    flag: 'http-admin',
    variable: 'WASMCLOUD_HTTP_ADMIN',
    group: 'General',
    help: 'Address of the HTTP endpoint for liveness and readiness',
  }),
  reconcile: value(kinds.trueOrFalse, false, {
    flag: 'reconcile',
    variable: 'WASMLATTICE_RECONCILE',
    group: 'General',
    help: 'Take part in keeping the applications of the lattice, by the API and manifests of wadm; true with `wasmlattice up`',
  }),
  configServiceEnabled: toggle({
    flag: 'config-service-enabled',
    variable: 'WASMCLOUD_CONFIG_SERVICE',
    group: 'General',
    help: 'Ask the configuration service of the lattice at start',
  }),

  natsHost: value(kinds.hostName, '127.0.0.1', {
    flag: 'nats-host',
    variable: 'WASMCLOUD_NATS_HOST',
    group: 'NATS',
    help: 'NATS server',
  }),
  natsPort: value(kinds.port, 4222, {
    flag: 'nats-port',
    variable: 'WASMCLOUD_NATS_PORT',
    group: 'NATS',
    help: 'Port of the NATS server',
  }),
  natsJwt: optional(kinds.jwt, 'none', {
    flag: 'nats-jwt',
    variable: 'WASMCLOUD_NATS_JWT',
    group: 'NATS',
    help: 'User JWT; needs --nats-seed',
  }),
  natsSeed: optional(kinds.userSeed, 'none', {
    flag: 'nats-seed',
    variable: 'WASMCLOUD_NATS_SEED',
    group: 'NATS',
    help: 'User seed: with --nats-jwt, or alone for a user whom the server knows by the key. Prefer the variable: other users see the flags of a process',
  }),
  natsCreds: optional(kinds.path('file'), 'none', {
    flag: 'nats-creds',
    variable: 'WASMCLOUD_NATS_CREDS',
    group: 'NATS',
    help: 'Credentials file with JWT and seed; instead of --nats-jwt and --nats-seed',
  }),
  ctlHost: optional(kinds.hostName, '--nats-host', {
    flag: 'ctl-host',
    variable: 'WASMCLOUD_CTL_HOST',
    group: 'NATS',
    help: 'NATS server of the control interface and of events',
    advanced: true,
  }),
  ctlPort: optional(kinds.port, '--nats-port', {
    flag: 'ctl-port',
    variable: 'WASMCLOUD_CTL_PORT',
    group: 'NATS',
    help: 'Port of that server',
    advanced: true,
  }),
  ctlJwt: optional(kinds.jwt, '--nats-jwt', {
    flag: 'ctl-jwt',
    variable: 'WASMCLOUD_CTL_JWT',
    group: 'NATS',
    help: 'User JWT there; needs --ctl-seed',
    advanced: true,
  }),
  ctlSeed: optional(kinds.userSeed, '--nats-seed', {
    flag: 'ctl-seed',
    variable: 'WASMCLOUD_CTL_SEED',
    group: 'NATS',
    help: 'User seed there, with --ctl-jwt or alone',
    advanced: true,
  }),
  ctlCreds: optional(kinds.path('file'), '--nats-creds', {
    flag: 'ctl-creds',
    variable: 'WASMCLOUD_CTL_CREDS',
    group: 'NATS',
    help: 'Credentials file there; instead of --ctl-jwt and --ctl-seed',
    advanced: true,
  }),
  ctlTls: toggle({
    flag: 'ctl-tls',
    variable: 'WASMCLOUD_CTL_TLS',
    group: 'NATS',
    help: 'Require TLS there',
    advanced: true,
  }),
  ctlTlsCaFile: optional(kinds.path('file'), 'the authorities of the system', {
    flag: 'ctl-tls-ca-file',
    variable: 'WASMLATTICE_CTL_TLS_CA_FILE',
    group: 'NATS',
    help: 'PEM file of the certificate authorities to trust there; requires TLS as --ctl-tls does',
    advanced: true,
  }),
  ctlInboxPrefix: optional(kinds.subject, '_INBOX', {
    flag: 'ctl-inbox-prefix',
    variable: 'WASMLATTICE_CTL_INBOX_PREFIX',
    group: 'NATS',
    help: 'First part of the inboxes there, for users who may have those alone',
    advanced: true,
  }),
  ctlTopicPrefix: value(kinds.subject, 'wasmbus.ctl', {
    flag: 'ctl-topic-prefix',
    variable: 'WASMCLOUD_CTL_TOPIC_PREFIX',
    group: 'NATS',
    help: 'First part of the subjects of the control interface',
    advanced: true,
  }),
  rpcHost: optional(kinds.hostName, '--nats-host', {
    flag: 'rpc-host',
    variable: 'WASMCLOUD_RPC_HOST',
    group: 'NATS',
    help: 'NATS server of calls between components and providers',
    advanced: true,
  }),
  rpcPort: optional(kinds.port, '--nats-port', {
    flag: 'rpc-port',
    variable: 'WASMCLOUD_RPC_PORT',
    group: 'NATS',
    help: 'Port of that server',
    advanced: true,
  }),
  rpcJwt: optional(kinds.jwt, '--nats-jwt', {
    flag: 'rpc-jwt',
    variable: 'WASMCLOUD_RPC_JWT',
    group: 'NATS',
    help: 'User JWT there; needs --rpc-seed',
    advanced: true,
  }),
  rpcSeed: optional(kinds.userSeed, '--nats-seed', {
    flag: 'rpc-seed',
    variable: 'WASMCLOUD_RPC_SEED',
    group: 'NATS',
    help: 'User seed there, with --rpc-jwt or alone',
    advanced: true,
  }),
  rpcCreds: optional(kinds.path('file'), '--nats-creds', {
    flag: 'rpc-creds',
    variable: 'WASMCLOUD_RPC_CREDS',
    group: 'NATS',
    help: 'Credentials file there; instead of --rpc-jwt and --rpc-seed',
    advanced: true,
  }),
  rpcTls: toggle({
    flag: 'rpc-tls',
    variable: 'WASMCLOUD_RPC_TLS',
    group: 'NATS',
    help: 'Require TLS there',
    advanced: true,
  }),
  rpcTlsCaFile: optional(kinds.path('file'), 'the authorities of the system', {
    flag: 'rpc-tls-ca-file',
    variable: 'WASMLATTICE_RPC_TLS_CA_FILE',
    group: 'NATS',
    help: 'PEM file of the certificate authorities to trust there; requires TLS as --rpc-tls does',
    advanced: true,
  }),
  rpcInboxPrefix: optional(kinds.subject, '_INBOX', {
    flag: 'rpc-inbox-prefix',
    variable: 'WASMLATTICE_RPC_INBOX_PREFIX',
    group: 'NATS',
    help: 'First part of the inboxes there, for users who may have those alone',
    advanced: true,
  }),
  rpcAccountSeedFile: optional(kinds.path('file'), 'none', {
    flag: 'rpc-account-seed-file',
    variable: 'WASMLATTICE_RPC_ACCOUNT_SEED_FILE',
    group: 'NATS',
    help: 'File with the seed of the account of that user: each provider process and each component with a process of its own gets a user who is nobody else',
    advanced: true,
  }),
  providerSubjects: list(kinds.subjectPattern, 'list', {
    flag: 'provider-subjects',
    variable: 'WASMLATTICE_PROVIDER_SUBJECTS',
    group: 'NATS',
    help: 'Subjects of applications that providers with such a user may publish and subscribe, as messaging does',
    advanced: true,
  }),
  providerCreds: optional(kinds.path('file'), 'those of the rpc connection', {
    flag: 'provider-creds',
    variable: 'WASMLATTICE_PROVIDER_CREDS',
    group: 'NATS',
    help: 'Credentials file that provider processes are given: a user of that server who may do less',
    advanced: true,
  }),
  providerInboxPrefix: optional(kinds.subject, '--rpc-inbox-prefix', {
    flag: 'provider-inbox-prefix',
    variable: 'WASMLATTICE_PROVIDER_INBOX_PREFIX',
    group: 'NATS',
    help: 'First part of the inboxes of that user, which providers on our SDK obey; needs --provider-creds',
    advanced: true,
  }),
  isolatedCreds: optional(kinds.path('file'), 'those of the rpc connection', {
    flag: 'isolated-creds',
    variable: 'WASMLATTICE_ISOLATED_CREDS',
    group: 'NATS',
    help: 'Credentials file that components with a process of their own are given',
    advanced: true,
  }),
  isolatedInboxPrefix: optional(kinds.subject, '--rpc-inbox-prefix', {
    flag: 'isolated-inbox-prefix',
    variable: 'WASMLATTICE_ISOLATED_INBOX_PREFIX',
    group: 'NATS',
    help: 'First part of the inboxes of that user; needs --isolated-creds',
    advanced: true,
  }),
  rpcTimeoutMs: value(kinds.positiveMilliseconds, 2000, {
    flag: 'rpc-timeout-ms',
    variable: 'WASMCLOUD_RPC_TIMEOUT_MS',
    group: 'NATS',
    help: 'Timeout of health checks, and the default that providers are told; not of calls between components',
    advanced: true,
  }),
  localRpc: value(kinds.oneOf<'on' | 'off'>('on|off', 'on', 'off'), 'on', {
    flag: 'local-rpc',
    variable: 'WASMLATTICE_LOCAL_RPC',
    group: 'NATS',
    help: 'Calls between components of this host stay in the thread of the caller; off = they go over NATS, as between hosts',
    advanced: true,
  }),

  embeddedNats: value(kinds.oneOf<EmbeddedNatsMode>('auto|off|require', 'auto', 'off', 'require'), 'auto', {
    flag: 'embedded-nats',
    variable: 'WASMLATTICE_EMBEDDED_NATS',
    group: 'Embedded NATS server',
    help: 'Start a NATS server with this host: auto = when no NATS setting is given and none listens on 127.0.0.1:4222',
  }),
  embeddedNatsPort: value(kinds.listeningPort, 4222, {
    flag: 'embedded-nats-port',
    variable: 'WASMLATTICE_EMBEDDED_NATS_PORT',
    group: 'Embedded NATS server',
    help: 'Port of that server on 127.0.0.1; 0 = any free one',
  }),

  engine: value(kinds.oneOf<SettingValues['engine']>('direct|jco', 'direct', 'jco'), 'direct', {
    flag: 'engine',
    variable: 'WASMLATTICE_ENGINE',
    group: 'Component limits',
    help: 'What runs components; jco is for trusted ones alone, and needs --trust-jco',
    advanced: true,
  }),
  trustJco: toggle({
    flag: 'trust-jco',
    variable: 'WASMLATTICE_TRUST_JCO',
    group: 'Component limits',
    help: 'Trust every component with this process, as --engine jco does: foreign ones can take it over',
    advanced: true,
  }),
  memoryReset: value(
    kinds.oneOf<MemoryWayWish>('auto|copy|copy-on-write', 'auto', 'copy', 'copy-on-write'),
    'auto',
    {
      flag: 'memory-reset',
      variable: 'WASMLATTICE_MEMORY_RESET',
      group: 'Component limits',
      help: 'How instances get clean memory: copy = all of it; copy-on-write = what was written, where the system can; auto = what is faster',
      advanced: true,
    },
  ),
  maxExecutionTimeMs: limit('execution-time'),
  maxLinearMemoryBytes: limit('memory'),
  servingThreads: optional(kinds.wholeNumber('n', 1, 256), 'one for each core', {
    flag: 'serving-threads',
    variable: 'WASMLATTICE_SERVING_THREADS',
    group: 'Component limits',
    help: 'Threads that run components, each of them all of them',
  }),
  codeBudgetBytes: optional(
    kinds.wholeNumber('bytes', 1_048_576, Number.MAX_SAFE_INTEGER),
    'an eighth of --max-resident-memory-bytes',
    {
      flag: 'code-budget-bytes',
      variable: 'WASMLATTICE_CODE_BUDGET',
      group: 'Component limits',
      help: 'WebAssembly that stays loaded without being called; the least used beyond is loaded again when it is',
    },
  ),
  maxSuspendedStacks: optional(kinds.wholeNumber('n', 1, 16_000), '16000', {
    flag: 'max-suspended-stacks',
    variable: 'WASMLATTICE_MAX_SUSPENDED_STACKS',
    group: 'Component limits',
    help: 'Most guests that run or wait at once in this host; more are refused as overloaded',
    advanced: true,
  }),
  maxLinearMemories: optional(kinds.wholeNumber('n', 1, 12_000), '12000', {
    flag: 'max-linear-memories',
    variable: 'WASMLATTICE_MAX_LINEAR_MEMORIES',
    group: 'Component limits',
    help: 'Most linear memories of all instances in this host',
    advanced: true,
  }),
  maxMappedAreas: optional(
    kinds.wholeNumber('n', 1_000, Number.MAX_SAFE_INTEGER),
    '80 % of vm.max_map_count, unbounded where there is none',
    {
      flag: 'max-mapped-areas',
      variable: 'WASMLATTICE_MAX_MAPPED_AREAS',
      group: 'Component limits',
      help: 'Most mapped areas of memory of this host',
      advanced: true,
    },
  ),
  maxResidentMemoryBytes: optional(
    kinds.wholeNumber('bytes', 134_217_728, Number.MAX_SAFE_INTEGER),
    '90 % of the memory of the control group or the machine',
    {
      flag: 'max-resident-memory-bytes',
      variable: 'WASMLATTICE_MAX_RESIDENT_MEMORY',
      group: 'Component limits',
      help: 'Memory of this host from which on it refuses invocations as overloaded',
    },
  ),
  maxComponentSizeBytes: limit('component-size'),
  maxComponents: value(kinds.positiveCount, 10_000, {
    flag: 'max-components',
    variable: 'WASMCLOUD_MAX_COMPONENTS',
    group: 'Component limits',
    help: 'Most components this host runs at once',
    advanced: true,
  }),
  maxCoreInstancesPerComponent: limit('core-instances', { advanced: true }),
  maxTablesPerComponent: limit('tables', { advanced: true }),
  maxTableElements: limit('table-elements', { advanced: true }),
  maxStackBytes: limit('stack', { advanced: true }),
  maxHandles: limit('handles', { advanced: true }),
  maxHostCallBytes: limit('host-call-bytes', { advanced: true }),
  maxHostCallElements: limit('host-call-elements', { advanced: true }),
  maxRandomBytes: limit('random-bytes', { advanced: true }),
  maxHttpHeaderLines: limit('header-lines', { advanced: true }),
  maxHttpHeaderBytes: limit('header-bytes', { advanced: true }),
  maxLogRecordsPerSecond: limit('log-rate', { advanced: true }),

  logLevel: value(logLevel, 'info', {
    flag: 'log-level',
    aliases: ['structured-log-level'],
    variable: 'WASMCLOUD_LOG_LEVEL',
    group: 'Logging',
    help: 'Least severe level that is logged: error, warn, info, debug, trace',
  }),
  enableStructuredLogging: toggle({
    flag: 'enable-structured-logging',
    variable: 'WASMCLOUD_STRUCTURED_LOGGING_ENABLED',
    group: 'Logging',
    help: 'Log one JSON object per line',
  }),

  traceLevel: value(logLevel, 'info', {
    flag: 'trace-level',
    variable: 'WASMCLOUD_TRACE_LEVEL',
    group: 'Observability',
    help: 'Least severe level of exported spans',
    advanced: true,
  }),
  enableObservability: toggle({
    flag: 'enable-observability',
    variable: 'WASMCLOUD_OBSERVABILITY_ENABLED',
    group: 'Observability',
    help: 'Export traces, metrics and logs over OTLP',
  }),
  enableTraces: optional(kinds.trueOrFalse, '--enable-observability', {
    flag: 'enable-traces',
    variable: 'WASMCLOUD_TRACES_ENABLED',
    group: 'Observability',
    help: 'Export traces',
    advanced: true,
  }),
  enableMetrics: optional(kinds.trueOrFalse, '--enable-observability', {
    flag: 'enable-metrics',
    variable: 'WASMCLOUD_METRICS_ENABLED',
    group: 'Observability',
    help: 'Export metrics',
    advanced: true,
  }),
  enableLogs: optional(kinds.trueOrFalse, '--enable-observability', {
    flag: 'enable-logs',
    variable: 'WASMCLOUD_LOGS_ENABLED',
    group: 'Observability',
    help: 'Export logs',
    advanced: true,
  }),
  observabilityEndpoint: optional(kinds.anyText('url'), 'the default of the protocol on 127.0.0.1', {
    flag: 'override-observability-endpoint',
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    group: 'Observability',
    help: 'Collector of all signals; over http /v1/traces and so on are added to the path of the URL',
  }),
  tracesEndpoint: optional(kinds.anyText('url'), '--override-observability-endpoint', {
    flag: 'override-traces-endpoint',
    variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    group: 'Observability',
    help: 'Collector of traces, used as it is',
    advanced: true,
  }),
  metricsEndpoint: optional(kinds.anyText('url'), '--override-observability-endpoint', {
    flag: 'override-metrics-endpoint',
    variable: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    group: 'Observability',
    help: 'Collector of metrics, used as it is',
    advanced: true,
  }),
  logsEndpoint: optional(kinds.anyText('url'), '--override-observability-endpoint', {
    flag: 'override-logs-endpoint',
    variable: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    group: 'Observability',
    help: 'Collector of logs, used as it is',
    advanced: true,
  }),
  observabilityProtocol: optional(
    kinds.oneOf('http|grpc', 'http', 'grpc'),
    'OTEL_EXPORTER_OTLP_PROTOCOL, or http',
    {
      flag: 'observability-protocol',
      variable: 'WASMCLOUD_OBSERVABILITY_PROTOCOL',
      group: 'Observability',
      help: 'How the collector is spoken to; without it OTEL_EXPORTER_OTLP_TRACES_PROTOCOL and so on count, too',
      advanced: true,
    },
  ),
  flameGraph: optional(kinds.path('file'), 'off', {
    flag: 'flame-graph',
    variable: 'WASMCLOUD_FLAME_GRAPH',
    group: 'Observability',
    help: 'Write a flame graph to this file',
    later: true,
  }),

  signatures: value(kinds.oneOf<SignatureDemand>('demand', 'valid', 'as-signed', 'required'), 'valid', {
    flag: 'signatures',
    variable: 'WASMLATTICE_SIGNATURES',
    group: 'Policy and secrets',
    help: 'What must be signed: valid refuses what has a bad token, as-signed only components, as wasmCloud 1.9 does, required whatever has none',
  }),
  allowedIssuers: list(kinds.accountKey, 'list', {
    flag: 'allowed-issuers',
    variable: 'WASMLATTICE_ALLOWED_ISSUERS',
    group: 'Policy and secrets',
    help: 'Accounts whose components and providers may run; everything must be signed then',
  }),
  policyTopic: optional(kinds.subject, 'off', {
    flag: 'policy-topic',
    variable: 'WASMCLOUD_POLICY_TOPIC',
    group: 'Policy and secrets',
    help: 'Subject of the policy service that is asked before anything starts or is called',
  }),
  policyChangesTopic: optional(kinds.subject, 'off', {
    flag: 'policy-changes-topic',
    variable: 'WASMCLOUD_POLICY_CHANGES_TOPIC',
    group: 'Policy and secrets',
    help: 'Subject on which the policy service announces changed decisions',
  }),
  policyTimeoutMs: value(kinds.positiveMilliseconds, 1000, {
    flag: 'policy-timeout-ms',
    variable: 'WASMCLOUD_POLICY_TIMEOUT',
    group: 'Policy and secrets',
    help: 'How long to wait for the policy service',
  }),
  policyDefault: value(kinds.oneOf<'deny' | 'allow'>('word', 'deny', 'allow'), 'deny', {
    flag: 'policy-default',
    variable: 'WASMLATTICE_POLICY_DEFAULT',
    group: 'Policy and secrets',
    help: 'What holds while the policy service gives no answer',
  }),
  policyFile: optional(kinds.path('file'), 'off', {
    flag: 'policy-file',
    variable: 'WASMLATTICE_POLICY_FILE',
    group: 'Policy and secrets',
    help: 'Rules that decide in place of a policy service, or before it',
  }),
  policyLinks: toggle({
    flag: 'policy-links',
    variable: 'WASMLATTICE_POLICY_LINKS',
    group: 'Policy and secrets',
    help: 'Ask the policy about links, too, by the kind `putLink`, which wasmCloud does not know',
  }),
  secretsTopic: optional(kinds.subject, 'off', {
    flag: 'secrets-topic',
    variable: 'WASMCLOUD_SECRETS_TOPIC',
    group: 'Policy and secrets',
    help: 'First part of the subjects of secrets backends, as `wasmcloud.secrets`; without it whatever names a secret is refused',
  }),
  secretsRefreshSeconds: value(kinds.secondsOrNever, 300, {
    flag: 'secrets-refresh-seconds',
    variable: 'WASMLATTICE_SECRETS_REFRESH_SECONDS',
    group: 'Policy and secrets',
    help: 'How often secrets in use are asked for again, for backends that do not tell of changes; 0 = never',
  }),

  allowLatest: toggle({
    flag: 'allow-latest',
    variable: 'WASMCLOUD_OCI_ALLOW_LATEST',
    group: 'Registries and TLS',
    help: 'Permit OCI references with the tag latest',
  }),
  allowedInsecure: list(kinds.registry, 'list', {
    flag: 'allowed-insecure',
    variable: 'WASMCLOUD_OCI_ALLOWED_INSECURE',
    group: 'Registries and TLS',
    help: 'Registries that may be reached without TLS',
  }),
  ociRegistry: optional(kinds.registry, 'none', {
    flag: 'oci-registry',
    variable: 'WASMCLOUD_OCI_REGISTRY',
    group: 'Registries and TLS',
    help: 'Registry that --oci-user and --oci-password are for',
  }),
  ociUser: optional(kinds.anyText('name'), 'none', {
    flag: 'oci-user',
    variable: 'WASMCLOUD_OCI_REGISTRY_USER',
    group: 'Registries and TLS',
    help: 'User at that registry',
  }),
  ociPassword: optional(kinds.anyText('password'), 'none', {
    flag: 'oci-password',
    variable: 'WASMCLOUD_OCI_REGISTRY_PASSWORD',
    group: 'Registries and TLS',
    help: 'Password at that registry. Prefer the variable: other users see the flags of a process',
  }),
  ociMirrors: list(kinds.registryMirror, 'list', {
    flag: 'oci-mirror',
    variable: 'WASMLATTICE_OCI_MIRROR',
    group: 'Registries and TLS',
    help: 'Registry to ask first for what another one has, with the same repositories; several are asked in turn',
    advanced: true,
  }),
  artifactCacheBytes: value(kinds.bytes, defaultCacheBytes, {
    flag: 'artifact-cache-bytes',
    variable: 'WASMLATTICE_ARTIFACT_CACHE_BYTES',
    group: 'Registries and TLS',
    help: 'What the cache of artifacts from registries may hold; what was not used for the longest goes first',
    advanced: true,
  }),
  tlsCaPath: list(kinds.path('file'), 'list', {
    flag: 'tls-ca-path',
    variable: 'WASMCLOUD_TLS_CA_PATH',
    group: 'Registries and TLS',
    help: 'PEM files of certificate authorities to trust besides those of the system',
  }),
};
