import {
  asBoolean,
  asObject,
  asString,
  asStrings,
  type JsonObject,
  optionalField,
  stringField,
} from './fields.js';
import { ProviderProtocolError } from './protocol-error.js';

export type OtelProtocol = 'http' | 'grpc';

/** The host's OpenTelemetry settings as a provider gets them (docs/spec/provider.md#1.2). */
export interface OtelConfig {
  readonly enableObservability: boolean;
  /** For each signal: `enableObservability` when absent. */
  readonly enableTraces?: boolean | undefined;
  readonly enableMetrics?: boolean | undefined;
  readonly enableLogs?: boolean | undefined;
  readonly observabilityEndpoint?: string | undefined;
  readonly tracesEndpoint?: string | undefined;
  readonly metricsEndpoint?: string | undefined;
  readonly logsEndpoint?: string | undefined;
  readonly protocol: OtelProtocol;
  readonly additionalCaPaths: readonly string[];
  /** Level of spans, lower case. */
  readonly traceLevel: string;
}

/** Nothing is exported. */
export const defaultOtelConfig: OtelConfig = {
  enableObservability: false,
  protocol: 'http',
  additionalCaPaths: [],
  traceLevel: 'info',
};

const wireProtocols: Readonly<Record<OtelProtocol, string>> = { http: 'Http', grpc: 'Grpc' };

/** The wire form; `protocol` is capitalised because older providers refuse lower case. */
export function otelConfigToJson(config: OtelConfig): JsonObject {
  return withoutUndefined({
    enable_observability: config.enableObservability,
    enable_traces: config.enableTraces,
    enable_metrics: config.enableMetrics,
    enable_logs: config.enableLogs,
    observability_endpoint: config.observabilityEndpoint,
    traces_endpoint: config.tracesEndpoint,
    metrics_endpoint: config.metricsEndpoint,
    logs_endpoint: config.logsEndpoint,
    protocol: wireProtocols[config.protocol],
    additional_ca_paths: config.additionalCaPaths,
    trace_level: config.traceLevel,
  });
}

/** Inverse of {@link otelConfigToJson}; absent members get their defaults. */
export function otelConfigFromJson(value: unknown, what: string): OtelConfig {
  const json = asObject(value, what);
  return {
    enableObservability: optionalField(json, 'enable_observability', what, asBoolean) ?? false,
    enableTraces: optionalField(json, 'enable_traces', what, asBoolean),
    enableMetrics: optionalField(json, 'enable_metrics', what, asBoolean),
    enableLogs: optionalField(json, 'enable_logs', what, asBoolean),
    observabilityEndpoint: optionalField(json, 'observability_endpoint', what, asString),
    tracesEndpoint: optionalField(json, 'traces_endpoint', what, asString),
    metricsEndpoint: optionalField(json, 'metrics_endpoint', what, asString),
    logsEndpoint: optionalField(json, 'logs_endpoint', what, asString),
    protocol: optionalField(json, 'protocol', what, readProtocol) ?? defaultOtelConfig.protocol,
    additionalCaPaths: optionalField(json, 'additional_ca_paths', what, asStrings) ?? [],
    traceLevel: stringField(json, 'trace_level', what, defaultOtelConfig.traceLevel),
  };
}

function readProtocol(value: unknown, what: string): OtelProtocol {
  const name = asString(value, what).toLowerCase();
  if (name === 'http' || name === 'grpc') return name;
  throw new ProviderProtocolError(`${what} must be "Http" or "Grpc"`);
}

function withoutUndefined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
