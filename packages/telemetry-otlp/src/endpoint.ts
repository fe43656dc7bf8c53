/** What is exported. The name is the last part of the default path. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** OTLP as binary protobuf over HTTP, or gRPC. */
export type OtlpProtocol = 'http' | 'grpc';

export interface EndpointOptions {
  readonly protocol: OtlpProtocol;
  /** For one signal, instead of {@link EndpointOptions.protocol}. */
  readonly signalProtocols?: Readonly<Partial<Record<Signal, OtlpProtocol | undefined>>> | undefined;
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
 * Where a signal goes: its own endpoint as it is; else the base, whose path over HTTP is continued by `/v1/{signal}`, and over gRPC
 * is lost; else the default port on this machine.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
 *
 * @throws InvalidEndpointError
 */
export function resolveEndpoint(signal: Signal, options: EndpointOptions): string {
  const own = options.signalEndpoints?.[signal];
  if (own !== undefined && own !== '') return parse(own) && own;
  const base = options.endpoint === undefined || options.endpoint === '' ? undefined : options.endpoint;
  const protocol = protocolOf(signal, options);
  const url = parse(base ?? defaultEndpoints[protocol]);
  if (protocol === 'grpc') return url.origin;
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url.href;
}

/** How the collector of a signal is spoken to. */
export function protocolOf(
  signal: Signal,
  { protocol, signalProtocols }: Pick<EndpointOptions, 'protocol' | 'signalProtocols'>,
): OtlpProtocol {
  return signalProtocols?.[signal] ?? protocol;
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
