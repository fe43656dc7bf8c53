import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tls from 'node:tls';

export interface HttpTransportOptions {
  /** Certificates (PEM) of authorities to trust besides those of Node.js and of the system. */
  readonly authorities?: readonly string[];
  /** Where `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are read, in upper or lower case; without it, no proxy is used. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  /** Takes any certificate: for tests by hand. */
  readonly skipVerification?: boolean;
  /** A connection that is silent for so long is given up, in ms. */
  readonly idleTimeoutMs?: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** A stream needs `content-length` among the headers. */
  readonly body?: Uint8Array | Readable | undefined;
}

/** A registry and those it sends on to, as HTTP: no redirects, no credentials of its own. */
export interface HttpTransport {
  /** Resolves with the head; the body must be read or destroyed. Rejects with the errors of Node.js. */
  request(url: URL, request: HttpRequest): Promise<IncomingMessage>;
  /** Ends all connections, those with a request among them, and takes no more. */
  close(): void;
}

/** Silence that no slow disk or network explains. */
const defaultIdleTimeoutMs = 30_000;

/** Node's own client: the one built into it that takes authorities and proxies without a package more. */
export function createHttpTransport(options: HttpTransportOptions = {}): HttpTransport {
  const idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
  const common = {
    keepAlive: true,
    ...(options.proxyEnv !== undefined && { proxyEnv: proxyVariables(options.proxyEnv) }),
  };
  // Both are made when they are needed: a proxy that is none is a failure of the request, and the system's authorities take a while to read.
  let plain: http.Agent | undefined;
  let secure: https.Agent | undefined;
  let isClosed = false;
  const open = new Set<ClientRequest>();
  const plainAgent = (): http.Agent => {
    plain ??= new http.Agent(common);
    return plain;
  };
  const secureAgent = (): https.Agent => {
    secure ??= new https.Agent({
      ...common,
      secureContext: tls.createSecureContext({ ca: trusted(options.authorities ?? []) }),
      rejectUnauthorized: options.skipVerification !== true,
    });
    return secure;
  };
  const send = (url: URL, { method, headers, body }: HttpRequest) => {
    if (isClosed) throw new TransportClosedError('no more requests are sent');
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? https : http).request(url, {
      method,
      headers,
      agent: isSecure ? secureAgent() : plainAgent(),
    });
    open.add(request);
    request.once('close', () => open.delete(request));
    request.setTimeout(idleTimeoutMs, () => {
      request.destroy(new SilenceError(`nothing came for ${idleTimeoutMs / 1_000} seconds`));
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      // Those after an answer are failures of its body, which tells them itself.
      request.on('error', reject);
    });
    if (body === undefined || body instanceof Uint8Array) request.end(body);
    // An answer may come before all is sent, and says more than the broken pipe.
    else pipeline(body, request).catch(() => {});
    return { request, answer };
  };
  return {
    async request(url, request) {
      const sent = send(url, request);
      try {
        return await sent.answer;
      } catch (error) {
        // Closed by the other end while nothing was asked on it: the request never arrived.
        const wasStale = sent.request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
        const canRepeat = request.body === undefined || request.body instanceof Uint8Array;
        if (isClosed || !wasStale || !canRepeat) throw error;
        return await send(url, request).answer;
      }
    },
    close() {
      isClosed = true;
      for (const request of open) request.destroy(new TransportClosedError('the request was given up'));
      plain?.destroy();
      secure?.destroy();
    },
  };
}

/** Whoever sent requests is stopping. */
export class TransportClosedError extends Error {
  override readonly name = 'TransportClosedError';
}

/** A connection on which nothing came for too long. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

function trusted(authorities: readonly string[]): string[] {
  return [...tls.getCACertificates('default'), ...tls.getCACertificates('system'), ...authorities];
}

/** Only the variables that matter: agents keep what they are given. */
function proxyVariables(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
  return Object.fromEntries(
    [...names, ...names.map((name) => name.toLowerCase())].map((name) => [name, env[name]]),
  );
}
