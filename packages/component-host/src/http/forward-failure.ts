import { RpcError } from '@wasmlattice/rpc';

/** What a client is told of a request that could not be answered over the lattice. */
export interface ForwardFailure {
  readonly status: number;
  readonly text: string;
  /** Nothing of the request reached a guest, and somebody may take it soon. */
  readonly mayRetry: boolean;
}

/**
 * Statuses: those that the failure would have on one host (500 for a guest that failed), 502 for what is the lattice's,
 * 503 where another try may find somebody, 504 for a deadline that passed.
 */
export function describeForwardFailure(
  cause: unknown,
  { componentId, providerId }: { readonly componentId: string; readonly providerId: string },
): ForwardFailure {
  const told = (status: number, text: string): ForwardFailure => ({
    status,
    text: `${text}\n`,
    mayRetry: false,
  });
  switch (cause instanceof RpcError ? cause.code : undefined) {
    case 'not-found':
      return {
        status: 503,
        text: `component '${componentId}' is not running on any host of the lattice: check that it is started, that it exports wasi:http/incoming-handler, and that the link of HTTP server '${providerId}' names the right target\n`,
        mayRetry: true,
      };
    case 'overloaded':
    case 'closed':
      return {
        status: 503,
        text: `component '${componentId}' takes no further requests at this moment: send the request again\n`,
        mayRetry: true,
      };
    case 'denied':
      return told(403, `A policy does not allow requests to component "${componentId}".`);
    case 'terminated':
      return told(
        503,
        `Component "${componentId}" was stopped while it handled the request, or its host was.`,
      );
    case 'timeout':
      return told(504, `Component "${componentId}" did not answer in time.`);
    case 'limit-exceeded':
      // As a component of this host has it told: whoever knows of a limit can do something about it.
      return told(500, (cause as RpcError).told ?? `Component "${componentId}" exceeded one of its limits.`);
    case 'peer-failed':
      return told(500, `Component "${componentId}" failed while it handled the request.`);
    case 'disconnected':
      return told(502, `The connection to the host of component "${componentId}" was lost.`);
    default:
      return told(502, `Component "${componentId}" could not be reached, or gave no valid HTTP response.`);
  }
}
