import type { OtlpProtocol, Signal } from './endpoint.js';

/** What the variables of OpenTelemetry say of the protocol. */
export interface ProtocolVariables {
  /** `OTEL_EXPORTER_OTLP_PROTOCOL`. */
  readonly protocol: OtlpProtocol | undefined;
  /** `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL` and so on. */
  readonly signalProtocols: Readonly<Partial<Record<Signal, OtlpProtocol>>>;
  /** Complete sentences, one for each variable with a value that is not known. */
  readonly problems: readonly string[];
}

const protocols: ReadonlyMap<string, OtlpProtocol> = new Map([
  ['grpc', 'grpc'],
  ['http/protobuf', 'http'],
]);

/**
 * Reads the variables. A value that is not known counts as unset, as the specification asks; `http/json` is one.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specify-protocol
 */
export function readProtocolVariables(env: Readonly<Record<string, string | undefined>>): ProtocolVariables {
  const problems: string[] = [];
  const read = (variable: string): OtlpProtocol | undefined => {
    const text = env[variable]?.trim();
    if (text === undefined || text === '') return undefined;
    const protocol = protocols.get(text);
    if (protocol === undefined) {
      problems.push(`${variable} is \`${text}\` and has no effect: expected \`grpc\` or \`http/protobuf\``);
    }
    return protocol;
  };
  const protocol = read('OTEL_EXPORTER_OTLP_PROTOCOL');
  const signals = (['traces', 'metrics', 'logs'] as const).flatMap((signal) => {
    const own = read(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_PROTOCOL`);
    return own === undefined ? [] : [[signal, own] as const];
  });
  return { protocol, signalProtocols: Object.fromEntries(signals), problems };
}
