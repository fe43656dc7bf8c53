import { rootCertificates } from 'node:tls';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { type EndpointOptions, resolveEndpoint, type Signal } from './endpoint.js';

export interface ExporterOptions extends EndpointOptions {
  /** PEM certificates trusted besides those of Node.js. HTTP only, as upstream (spec host-config §1.4). */
  readonly certificateAuthorities?: readonly string[];
}

// Each exporter is imported when it is needed: gRPC alone takes longer to load than the rest of the SDK.

export async function createSpanExporter(options: ExporterOptions): Promise<SpanExporter> {
  const config = exporterConfig('traces', options);
  const { OTLPTraceExporter } =
    options.protocol === 'grpc'
      ? await import('@opentelemetry/exporter-trace-otlp-grpc')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter(config);
}

export async function createMetricExporter(options: ExporterOptions): Promise<PushMetricExporter> {
  const config = exporterConfig('metrics', options);
  const { OTLPMetricExporter } =
    options.protocol === 'grpc'
      ? await import('@opentelemetry/exporter-metrics-otlp-grpc')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter(config);
}

interface ExporterConfig {
  readonly url: string;
  readonly httpAgentOptions?: { readonly ca: string[]; readonly keepAlive: true };
}

function exporterConfig(signal: Signal, options: ExporterOptions): ExporterConfig {
  const url = resolveEndpoint(signal, options);
  const extra = options.certificateAuthorities ?? [];
  // Naming authorities replaces the default ones, so those have to be named too.
  return extra.length === 0
    ? { url }
    : { url, httpAgentOptions: { ca: [...rootCertificates, ...extra], keepAlive: true } };
}
