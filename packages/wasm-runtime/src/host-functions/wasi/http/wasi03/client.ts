import { defaultGuestLimits } from '../../../../limits/guest-limits.js';
import type { InstanceContext } from '../../../host-interface.js';
import { ResultError } from '../../io/index.js';
import { type ErrorCode, errorCodeOf } from '../error-code.js';
import { OutgoingCall, type RequestRoute } from '../outgoing-call.js';
import { allTimeouts } from '../timeouts.js';
import type { Request } from './request.js';
import { type Response, receivedResponse } from './response.js';

/**
 * Functions `wasi:http/client.send` and `handler.handle`: the request goes to whatever the component's link leads to, as those of
 * `wasi:http@0.2` do. Every failure reaches the guest as an error-code, a missing link too.
 */
export async function sendRequest(
  context: InstanceContext,
  request: Request,
  route: RequestRoute,
): Promise<Response> {
  const { limits = defaultGuestLimits } = context;
  try {
    const call = new OutgoingCall(context, request.release(), route);
    return receivedResponse(await call.send(allTimeouts(request.options?.timeouts)), limits);
  } catch (cause) {
    throw new ResultError<ErrorCode>(errorCodeOf(cause));
  }
}
