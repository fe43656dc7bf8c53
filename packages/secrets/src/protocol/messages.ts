import { Secret } from '../secret.js';
import { errorFromJson, errorToJson, GetSecretError } from './get-secret-error.js';

/** Headers of the protocol, spelled as NATS clients compare them. */
export const hostXkeyHeader = 'WasmCloud-Host-Xkey';
export const responseXkeyHeader = 'Server-Response-Xkey';

/** What a host asks of a backend. */
export interface SecretRequest {
  readonly key: string;
  readonly field?: string | undefined;
  readonly version?: string | undefined;
  /** Token of the component or provider that is to get it. */
  readonly entityToken: string;
  readonly hostToken: string;
  /** The application that the workload belongs to. */
  readonly application?: string | undefined;
  /** JSON text of the reference's policy. */
  readonly policy: string;
}

/** A secret as a backend gives it. */
export interface VersionedSecret {
  readonly secret: Secret;
  readonly version: string;
}

/** A message is none of the protocol. Says what is wrong with it and never what is in it. */
export class SecretMessageError extends Error {
  override readonly name = 'SecretMessageError';
}

export function encodeRequest(request: SecretRequest): Uint8Array {
  const { application, entityToken, field, hostToken, key, policy, version } = request;
  return toBytes({
    key,
    field: field ?? null,
    version: version ?? null,
    context: {
      entity_jwt: entityToken,
      host_jwt: hostToken,
      application: { name: application ?? null, policy },
    },
  });
}

/** @throws SecretMessageError */
export function decodeRequest(bytes: Uint8Array): SecretRequest {
  const request = parse(bytes, 'the request');
  const context = object(request.context, 'the context of the request');
  const application = object(context.application, 'the application of the request');
  return {
    key: text(request.key, 'key'),
    field: optionalText(request.field, 'field'),
    version: optionalText(request.version, 'version'),
    entityToken: text(context.entity_jwt, 'entity_jwt'),
    hostToken: text(context.host_jwt, 'host_jwt'),
    application: optionalText(application.name, 'application.name'),
    policy: optionalText(application.policy, 'application.policy') ?? '',
  };
}

/** To be sealed before it leaves. */
export function encodeSecret({ secret, version }: VersionedSecret): Uint8Array {
  const { kind, value } = secret.reveal();
  return toBytes({
    secret: {
      version,
      string_secret: kind === 'string' ? value : null,
      binary_secret: kind === 'bytes' ? [...value] : null,
    },
  });
}

/**
 * Inverse of {@link encodeSecret}; a string wins over bytes.
 *
 * @returns `undefined` when the backend gave neither
 * @throws SecretMessageError, {@link GetSecretError} when it says why there is none
 */
export function decodeSecret(bytes: Uint8Array): VersionedSecret | undefined {
  const response = parse(bytes, 'the opened answer');
  if (response.secret === undefined || response.secret === null) throw toError(response.error);
  const secret = object(response.secret, 'the secret of the answer');
  const version = optionalText(secret.version, 'version') ?? '';
  const string = optionalText(secret.string_secret, 'string_secret');
  if (string !== undefined) return { version, secret: Secret.ofText(string) };
  const binary = secret.binary_secret;
  if (binary === undefined || binary === null) return undefined;
  if (!Array.isArray(binary) || !binary.every(isByte)) {
    throw new SecretMessageError('binary_secret must be an array of byte numbers');
  }
  return { version, secret: new Secret({ kind: 'bytes', value: Uint8Array.from(binary) }) };
}

/** Not sealed: who can't be understood has no key to seal it for. */
export function encodeGetError(error: GetSecretError): Uint8Array {
  return toBytes({ error: errorToJson(error) });
}

/** Inverse of {@link encodeGetError}. */
export function decodeGetError(bytes: Uint8Array): GetSecretError {
  return toError(parse(bytes, 'the answer').error);
}

function toError(value: unknown): GetSecretError {
  return (
    errorFromJson(value) ??
    new GetSecretError('Other', 'unhandled server error (the server errored without explanation)')
  );
}

/** Parsers quote what they can't read: their errors go no further. */
export function parse(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new SecretMessageError(`${what} is no JSON`);
  }
  return object(value, what);
}

export function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new SecretMessageError(`${what} is no JSON object`);
}

export function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new SecretMessageError(`${what} must be a string`);
}

export function optionalText(value: unknown, what: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, what);
}

export function isByte(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xff;
}

export function toBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
