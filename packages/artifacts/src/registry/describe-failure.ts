import type { IncomingMessage } from 'node:http';
import { TransportClosedError } from './http-transport.js';
import { readJson } from './read-body.js';
import { type RegistryAnswer, RegistryError, type RegistryErrorCode } from './registry-error.js';

/** An error answer is read as far as this. */
const mostErrorBytes = 64 << 10;

interface ConnectionFailure {
  readonly registry: string;
  readonly url: URL;
  readonly cause: unknown;
}

/** Why a connection failed, or broke before an answer came. */
export function connectionFailure({ registry, url, cause }: ConnectionFailure): RegistryError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (cause instanceof TransportClosedError) {
    return new RegistryError(`the registry '${registry}' is asked no more: this program is stopping`, {
      code: 'closed',
      registry,
      cause,
    });
  }
  const at = `the registry '${registry}' at ${url.origin}`;
  const details = { registry, url: url.href, cause };
  if (certificateProblems.test(code)) {
    return new RegistryError(
      `${at} has a certificate that is not trusted (${message}): check its name, or trust its authority by --tls-ca-path`,
      { ...details, code: 'untrusted' },
    );
  }
  // A server without TLS answers in a way that OpenSSL takes for another version.
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return new RegistryError(
      `${at} does not speak TLS: check the port, or permit plain HTTP with --allowed-insecure ${registry} (a host) or --insecure (the command line)`,
      { ...details, code: 'unreachable' },
    );
  }
  return new RegistryError(
    `${at} can't be reached (${reason(code, message)}): check its name and port, the network, and the proxy settings`,
    { ...details, code: 'unreachable' },
  );
}

const certificateProblems =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

function reason(code: string, message: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known';
    case 'ECONNREFUSED':
      return 'nobody listens there';
    case 'ECONNRESET':
      return 'it closed the connection';
    default:
      return message || code;
  }
}

interface Refusal {
  readonly registry: string;
  readonly what: string;
  readonly url: URL;
  readonly response: IncomingMessage;
}

/** What an answer that was not expected means. Reads its body. */
export async function refusal({ registry, what, url, response }: Refusal): Promise<RegistryError> {
  const { statusCode: status = 0 } = response;
  const answers = await readAnswers(response);
  const said = answers
    .map(({ code, message }) => message || code.toLowerCase().replaceAll('_', ' '))
    .join(', ');
  const { code, advice } = meaning(status);
  return new RegistryError(
    `the registry '${registry}' does not give ${what}: ${said === '' ? '' : `${said}, `}status ${status}: ${advice}`,
    { code, registry, url: `${url.origin}${url.pathname}`, status, answers },
  );
}

function meaning(status: number): { readonly code: RegistryErrorCode; readonly advice: string } {
  if (status === 401) {
    return { code: 'unauthorized', advice: 'check the user and the password that are set for this registry' };
  }
  if (status === 403) {
    return { code: 'unauthorized', advice: 'check what the user that is set for this registry may do' };
  }
  if (status === 404) {
    return { code: 'not-found', advice: 'check repository and tag, and that the user may see them' };
  }
  if (status === 429 || status >= 500) {
    return { code: 'unavailable', advice: 'try again later, or ask those who run it' };
  }
  return { code: 'refused', advice: 'check that this is a registry of OCI artifacts' };
}

async function readAnswers(response: IncomingMessage): Promise<RegistryAnswer[]> {
  try {
    const { errors } = (await readJson(response, mostErrorBytes)) as { errors?: unknown };
    if (!Array.isArray(errors)) return [];
    return errors.slice(0, 8).map((error: unknown) => {
      const { code, message } = (error ?? {}) as Record<string, unknown>;
      return { code: printable(code), message: printable(message) };
    });
  } catch {
    return [];
  }
}

/** Texts of a stranger, as far as they fit a line of a log. */
function printable(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 200) : '';
}
