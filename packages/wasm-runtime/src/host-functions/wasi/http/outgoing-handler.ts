import type { InstanceContext } from '../../host-interface.js';
import { ResultError } from '../io/index.js';
import { type ErrorCode, errorCodeOf, HttpFailure } from './error-code.js';
import { FutureIncomingResponse } from './incoming-response.js';
import { OutgoingCall } from './outgoing-call.js';
import type { OutgoingRequest, ReleasedRequest } from './outgoing-request.js';
import type { RequestOptions } from './request-options.js';
import { allTimeouts } from './timeouts.js';

/**
 * Function `wasi:http/outgoing-handler.handle`: the request goes to whatever the component's link leads to, as
 * `wrpc:http/outgoing-handler` (docs/spec/wrpc-interfaces.md#3). Every failure reaches the guest as an
 * error-code, a missing link too, for which upstream traps the guest.
 */
export function handleOutgoing(
  context: InstanceContext,
  request: OutgoingRequest,
  options: RequestOptions | undefined,
): FutureIncomingResponse {
  let released: ReleasedRequest;
  try {
    released = request.release();
  } catch (cause) {
    if (!(cause instanceof HttpFailure)) throw cause;
    throw new ResultError<ErrorCode>(errorCodeOf(cause));
  }
  const call = new OutgoingCall(context, released);
  return new FutureIncomingResponse(
    call.send(allTimeouts(options?.timeouts)),
    () => call.leave(),
    context.limits,
  );
}
