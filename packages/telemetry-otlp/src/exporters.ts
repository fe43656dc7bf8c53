import { rootCertificates } from 'node:tls';
import { OTLPLogExporter as GrpcLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as HttpLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as HttpMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { type EndpointOptions, protocolOf, resolveEndpoint, type Signal } from './endpoint.js';

export interface ExporterOptions extends EndpointOptions {
  /**
   * PEM certificates trusted besides those of Node.js. HTTP only, as upstream (docs/spec/host-config.md#1.4). Where a variable
   * of OpenTelemetry names a file with certificates, that counts alone.
   */
  readonly certificateAuthorities?: readonly string[];
  /** Variables of the process, which the exporters themselves read, too: headers, certificates, timeouts, compression. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export function createSpanExporter(options: ExporterOptions): SpanExporter {
  const config = exporterConfig('traces', options);
  return protocolOf('traces', options) === 'grpc'
    ? new GrpcTraceExporter(config)
    : new HttpTraceExporter(config);
}

export function createMetricExporter(options: ExporterOptions): PushMetricExporter {
  const config = exporterConfig('metrics', options);
  return protocolOf('metrics', options) === 'grpc'
    ? new GrpcMetricExporter(config)
    : new HttpMetricExporter(config);
}

export function createLogExporter(options: ExporterOptions): LogRecordExporter {
  const config = exporterConfig('logs', options);
  return protocolOf('logs', options) === 'grpc' ? new GrpcLogExporter(config) : new HttpLogExporter(config);
}

interface ExporterConfig {
  readonly url: string;
  readonly httpAgentOptions?: { readonly ca: string[]; readonly keepAlive: true };
}

function exporterConfig(signal: Signal, options: ExporterOptions): ExporterConfig {
  const url = resolveEndpoint(signal, options);
  const { certificateAuthorities = [], env = {} } = options;
  const isNamed = [`${signal.toUpperCase()}_CERTIFICATE`, 'CERTIFICATE'].some(
    (name) => (env[`OTEL_EXPORTER_OTLP_${name}`] ?? '') !== '',
  );
  const extra = isNamed ? [] : certificateAuthorities;
  // Naming authorities replaces the default ones, so those have to be named too.
  return extra.length === 0
    ? { url }
    : { url, httpAgentOptions: { ca: [...rootCertificates, ...extra], keepAlive: true } };
}
