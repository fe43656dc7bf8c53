import { Secret } from '../secret.js';
import { isByte, optionalText, parse, SecretMessageError, text, toBytes } from './messages.js';

/** What upstream's backend on NATS KV takes to be stored; it seals nothing but this. */
export interface PutSecretRequest {
  readonly key: string;
  readonly secret: Secret;
}

/** To be sealed before it leaves. */
export function encodePutSecret({ key, secret }: PutSecretRequest): Uint8Array {
  const { kind, value } = secret.reveal();
  return toBytes({
    key,
    version: '',
    string_secret: kind === 'string' ? value : null,
    binary_secret: kind === 'bytes' ? [...value] : null,
  });
}

/** Inverse of {@link encodePutSecret}; without a value there is none. @throws SecretMessageError */
export function decodePutSecret(bytes: Uint8Array): {
  readonly key: string;
  readonly secret: Secret | undefined;
} {
  const request = parse(bytes, 'the request');
  const key = text(request.key, 'key');
  const string = optionalText(request.string_secret, 'string_secret');
  if (string !== undefined) return { key, secret: Secret.ofText(string) };
  const binary = request.binary_secret;
  if (binary === undefined || binary === null) return { key, secret: undefined };
  if (!Array.isArray(binary) || !binary.every(isByte)) {
    throw new SecretMessageError('binary_secret must be an array of byte numbers');
  }
  return { key, secret: new Secret({ kind: 'bytes', value: Uint8Array.from(binary) }) };
}

/** Upstream's answer to a put: a revision, or 0 and why not. */
export interface PutSecretResponse {
  readonly revision: number;
  readonly error?: string | undefined;
}

export function encodePutResponse({ error, revision }: PutSecretResponse): Uint8Array {
  return toBytes({ revision, error: error ?? null });
}

/** Inverse of {@link encodePutResponse}; upstream says some errors in plain words, which are taken as they are. */
export function decodePutResponse(bytes: Uint8Array): PutSecretResponse {
  try {
    const response = parse(bytes, 'the answer');
    const error = response.error ?? undefined;
    return {
      revision: Number(response.revision ?? 0),
      ...(error !== undefined && { error: typeof error === 'string' ? error : JSON.stringify(error) }),
    };
  } catch {
    return { revision: 0, error: new TextDecoder().decode(bytes) };
  }
}
