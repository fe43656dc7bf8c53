import type { InstanceContext } from '../../host-interface.js';
import { ResultError } from '../io/index.js';
import type { ErrorCode } from './error-code.js';
import type { FutureIncomingResponse } from './incoming-response.js';
import type { OutgoingRequest } from './outgoing-request.js';
import type { RequestOptions } from './request-options.js';

/** The interface outgoing calls are linked by (spec: wrpc-interfaces §2). */
const LINK_KEY = 'wasi:http/outgoing-handler';

/**
 * Function `wasi:http/outgoing-handler.handle`. There is no default outgoing HTTP: it needs a link to an HTTP client
 * provider, and this host does not carry requests over such a link yet.
 */
export function handleOutgoing(
  context: InstanceContext,
  request: OutgoingRequest,
  _options: RequestOptions | undefined,
): FutureIncomingResponse {
  const reason =
    `component ${context.componentId} can't send HTTP requests: ` +
    `this host does not carry ${LINK_KEY} over links yet`;
  context.logger.warn(reason, { component: context.componentId });
  request.discard(reason);
  throw new ResultError<ErrorCode>({ tag: 'internal-error', val: reason });
}
