import { err, ok } from '@wasmlattice/rpc';
import { defaultGuestLimits } from '../../../limits/guest-limits.js';
import type { InstanceContext } from '../../host-interface.js';
import { GuestMisuseError } from '../io/index.js';
import { errorCodeOf } from './error-code.js';
import type { GuestAnswer } from './guest-answer.js';
import type { IncomingRequest } from './incoming-request.js';
import { OutgoingCall, toHandler } from './outgoing-call.js';
import { ResponseOutparam } from './response-outparam.js';
import { allTimeouts } from './timeouts.js';
import { receivedRequest } from './wasi03/request.js';
import { receivedResponse } from './wasi03/response.js';

const route = toHandler('wasi:http/incoming-handler');

/**
 * Function `wasi:http/incoming-handler.handle` as a middleware imports it: the request goes to the handler of the component that
 * the link leads to, and its answer becomes that of the middleware. Returns when the head of the answer is there; the bodies
 * pass while the middleware's own request is answered. Every failure is answered with an error-code, a missing link too.
 */
export async function passOn(
  context: InstanceContext,
  request: IncomingRequest,
  response: ResponseOutparam,
): Promise<void> {
  ResponseOutparam.set(response, await answerTo(context, request));
}

async function answerTo(context: InstanceContext, request: IncomingRequest): Promise<GuestAnswer> {
  const { limits = defaultGuestLimits } = context;
  try {
    const released = receivedRequest(request.forward(), limits).release();
    const source = await new OutgoingCall(context, released, route).send(allTimeouts());
    return ok(receivedResponse(source, limits));
  } catch (cause) {
    if (cause instanceof GuestMisuseError) throw cause;
    return err(errorCodeOf(cause));
  }
}
