/** What is exported. The name is the last part of the default path. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** OTLP as binary protobuf over HTTP, or gRPC. */
export type OtlpProtocol = 'http' | 'grpc';

export interface EndpointOptions {
  readonly protocol: OtlpProtocol;
  /** Base for all signals: `--override-observability-endpoint`, `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint?: string | undefined;
  /** For one signal, used as it is: `--override-traces-endpoint`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. */
  readonly signalEndpoints?: Readonly<Partial<Record<Signal, string | undefined>>> | undefined;
}

/** An endpoint that is no URL. The user's mistake: the message names the value. */
export class InvalidEndpointError extends Error {
  override readonly name = 'InvalidEndpointError';
}

const defaultEndpoints: Readonly<Record<OtlpProtocol, string>> = {
  http: 'http://127.0.0.1:4318',
  grpc: 'http://127.0.0.1:4317',
};

/**
 * Where a signal goes (docs/spec/host-config.md#3): its own endpoint as it is; else the base, which over HTTP
 * gets `/v1/{signal}` only if it has no path, and over gRPC loses its path; else the default port on this
 * machine.
 *
 * @throws InvalidEndpointError
 */
export function resolveEndpoint(signal: Signal, options: EndpointOptions): string {
  const own = options.signalEndpoints?.[signal];
  if (own !== undefined && own !== '') return parse(own) && own;
  const base = options.endpoint === undefined || options.endpoint === '' ? undefined : options.endpoint;
  const url = parse(base ?? defaultEndpoints[options.protocol]);
  if (options.protocol === 'grpc') return url.origin;
  if (url.pathname === '' || url.pathname === '/') url.pathname = `/v1/${signal}`;
  return url.href;
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new InvalidEndpointError(
      `"${text}" is no endpoint for telemetry: expected an http:// or https:// URL such as ${defaultEndpoints.http}`,
    );
  }
  return url;
}
