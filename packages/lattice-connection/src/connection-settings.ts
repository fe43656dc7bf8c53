import { readFile } from 'node:fs/promises';
import { describeError } from '@wasmlattice/telemetry';
import type { ConnectionChecklist } from './connection-error.js';
import { loadNatsCredentials, type NatsCredentials, NatsCredentialsError } from './credentials.js';
import type { NatsCredentialsSource, NatsEndpoint } from './endpoint.js';

/** All that is needed to connect: plain data, so that a thread can open its own connection from it. */
export interface LatticeConnectionSettings {
  /** `nats://{host}:{port}`; several of one cluster with commas between. `{user}:{password}@` or `{token}@` may be part of it. */
  readonly url: string;
  /** Name the server shows in its connection list. */
  readonly name: string;
  /** Come before a user in the URL. */
  readonly credentials?: NatsCredentials | undefined;
  /** First tokens of all inboxes of the connection; `_INBOX` without. Who makes inboxes besides the NATS client uses it, too. */
  readonly inboxPrefix?: string | undefined;
  /** Present to refuse a server without TLS; `tls://` in the URL does so, too. */
  readonly tls?: NatsTls | undefined;
  /** Which of the connections of its process it is, for logs and errors. */
  readonly purpose?: string | undefined;
  /** For errors: what to check when the server can't be reached. */
  readonly check?: ConnectionChecklist | undefined;
  /**
   * Go on trying when a server that is back refuses the login, as one does that is not set up yet. By default the second refusal in a
   * row closes the connection.
   */
  readonly outlivesRefusals?: boolean | undefined;
}

/** Whom to trust as a NATS server; the system's authorities if neither is given. */
export interface NatsTls {
  /** Certificates of authorities, PEM. */
  readonly ca?: string | undefined;
  /** Path of a file with them. */
  readonly caFile?: string | undefined;
}

/** A file with the certificates to trust that can't be read, or holds none. */
export class NatsCertificateError extends Error {
  override readonly name = 'NatsCertificateError';
}

/** Which of the two connections of a host: the control interface with events and data, or calls. */
export type LatticeConnectionPurpose = 'ctl' | 'rpc';

/**
 * What a host needs to connect to an endpoint; reads the files that the endpoint names.
 *
 * @throws {@link NatsCredentialsError}, {@link NatsCertificateError}
 */
export async function connectionSettings(
  purpose: LatticeConnectionPurpose,
  endpoint: NatsEndpoint,
  credentialsFlags = `--${purpose}-creds/--nats-creds`,
): Promise<LatticeConnectionSettings> {
  const { credentials, inboxPrefix, tls, tlsCaFile, url } = endpoint;
  return {
    url,
    // Upstream's hosts call both connections so.
    name: 'wasmbus',
    purpose,
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    ...((tls || tlsCaFile !== undefined) && { tls: await trustedBy(`--${purpose}-tls-ca-file`, tlsCaFile) }),
    ...(credentials !== undefined && { credentials: await loadFor(credentialsFlags, credentials) }),
    check: {
      address: `--${purpose}-host/--nats-host and --${purpose}-port/--nats-port`,
      login: `${credentialsFlags}, or JWT and seed`,
      tls: `--${purpose}-tls, --${purpose}-tls-ca-file`,
    },
  };
}

/** The text rather than the path: an isolated process reads no files. */
async function trustedBy(flag: string, file: string | undefined): Promise<NatsTls> {
  if (file === undefined) return {};
  let ca: string;
  try {
    ca = await readFile(file, 'utf8');
  } catch (cause) {
    throw new NatsCertificateError(
      `cannot read the certificates of ${flag}, ${file}: ${describeError(cause)}`,
      { cause },
    );
  }
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw new NatsCertificateError(`${file} of ${flag} holds no certificate in PEM`);
  }
  return { ca };
}

async function loadFor(flags: string, source: NatsCredentialsSource): Promise<NatsCredentials> {
  try {
    return await loadNatsCredentials(source);
  } catch (error) {
    if (!(error instanceof NatsCredentialsError)) throw error;
    throw new NatsCredentialsError(`${error.message}; check ${flags}`, { cause: error.cause });
  }
}
