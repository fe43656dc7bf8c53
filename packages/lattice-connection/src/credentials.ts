import { readFile } from 'node:fs/promises';
import { describeError } from '@wasmlattice/telemetry';
import type { NatsCredentialsSource } from './endpoint.js';

/** What a NATS user logs in with. Plain data, so that it can be handed to workers and providers. */
export interface NatsCredentials {
  /** Absent for a user whom the server knows by the key alone. */
  readonly jwt?: string | undefined;
  /** User seed `SU…` that signs the server's challenge. */
  readonly seed: string;
}

/** A credentials file that cannot be read or does not hold what it should. */
export class NatsCredentialsError extends Error {
  override readonly name = 'NatsCredentialsError';
}

/** What a source has: as given, or from its file. */
export async function loadNatsCredentials(source: NatsCredentialsSource): Promise<NatsCredentials> {
  if (source.kind === 'jwt') return { jwt: source.jwt, seed: source.seed };
  if (source.kind === 'nkey') return { seed: source.seed };
  let text: string;
  try {
    text = await readFile(source.path, 'utf8');
  } catch (cause) {
    throw new NatsCredentialsError(
      `cannot read the NATS credentials file ${source.path}: ${describeError(cause)}`,
      { cause },
    );
  }
  return parseNatsCredentials(text, source.path);
}

/**
 * Takes JWT and seed out of the text of a credentials file, as `nsc` writes it: two blocks between dashed markers. That of a
 * user who has no JWT has the second alone. `fileName` appears in errors only.
 *
 * @throws {@link NatsCredentialsError} naming the missing block
 */
export function parseNatsCredentials(text: string, fileName: string): NatsCredentials {
  const block = (label: string): string => {
    // The end marker has six dashes in files of `nsc`, and five elsewhere.
    const marker = new RegExp(`-{3,}BEGIN ${label}-{3,}\\s+(\\S+)\\s+-{3,}END ${label}-{3,}`);
    const value = marker.exec(text)?.[1];
    if (value === undefined) {
      throw new NatsCredentialsError(
        `${fileName} is not a NATS credentials file: it has no block \`-----BEGIN ${label}-----\``,
      );
    }
    return value;
  };
  const seed = block('USER NKEY SEED');
  return text.includes('BEGIN NATS USER JWT') ? { jwt: block('NATS USER JWT'), seed } : { seed };
}
