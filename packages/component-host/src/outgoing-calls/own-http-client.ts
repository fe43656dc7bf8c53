import { HttpClient, type NamedList, Trust } from '@wasmlattice/http-client';
import type { Invoker } from '@wasmlattice/rpc';
import type { HttpRequest, HttpRequestOptions } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import type { HttpClientSettings } from '../thread/messages.js';

/** What a component sends its requests with where no link says whereto: connections of its own, in this thread. */
export interface OwnHttpClient {
  /** Takes calls of `wrpc:http/outgoing-handler` alone. */
  readonly invoker: Invoker;
  /** Ends what is still on its way. */
  close(): void;
}

/** Makes the HTTP clients of the components of a thread. */
export type MakeHttpClient = (options: {
  /** Where its requests may go, if that is less than where the host lets them. */
  readonly allow?: NamedList | undefined;
  readonly logger: Logger;
}) => OwnHttpClient;

/** `undefined` where requests need a link. */
export function createHttpClients(settings: HttpClientSettings | undefined): MakeHttpClient | undefined {
  if (settings === undefined) return undefined;
  const { proxies, userAgent } = settings;
  const trust = new Trust(settings.trust);
  return ({ allow, logger }) => {
    const client = new HttpClient({
      allow: allow === undefined ? [settings.allow] : [settings.allow, allow],
      proxies,
      trust,
      userAgent,
      logger,
    });
    return { invoker: invokerOf(client), close: () => client.close() };
  };
}

function invokerOf(client: HttpClient): Invoker {
  return {
    invoke({ params, signal, headers }) {
      const [request, timeouts] = params as [HttpRequest, HttpRequestOptions | undefined];
      return client.handle(request, timeouts, { signal, traceparent: headers?.traceparent });
    },
  };
}
