import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { type HostInterface, type HostMembers, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import type { IoError } from '../io/index.js';
import { type ErrorCode, HttpFailure } from './error-code.js';
import { FieldStore } from './field-store.js';
import { Fields } from './fields.js';
import { FutureTrailers, IncomingBody } from './incoming-body.js';
import { IncomingRequest } from './incoming-request.js';
import { FutureIncomingResponse, IncomingResponse } from './incoming-response.js';
import { OutgoingBody } from './outgoing-body.js';
import { handleOutgoing } from './outgoing-handler.js';
import { OutgoingRequest } from './outgoing-request.js';
import { OutgoingResponse } from './outgoing-response.js';
import { passOn } from './pass-on.js';
import { RequestOptions } from './request-options.js';
import { ResponseOutparam } from './response-outparam.js';

/** `http-error-code`: the error-code behind a failed read or write of a body. */
export function httpErrorCode(error: IoError): ErrorCode | undefined {
  return error.cause instanceof HttpFailure ? error.cause.code : undefined;
}

/** Stateless: the resources carry what they need. */
const TYPES: HostMembers = {
  FutureIncomingResponse,
  FutureTrailers,
  IncomingBody,
  IncomingRequest,
  IncomingResponse,
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
  ResponseOutparam,
  httpErrorCode,
};

const types: HostInterface = {
  ...declared('wasi:http/types@0.2.12'),
  ...wasi02,
  suspending: ['[method]future-incoming-response.get', '[method]future-trailers.get'],
  bind: ({ limits = defaultGuestLimits }) => typesWith(limits),
};

/** All instances of a component share one object. */
const typesOfComponents = new WeakMap<GuestLimits, HostMembers>();

function typesWith(limits: GuestLimits): HostMembers {
  const known = typesOfComponents.get(limits);
  if (known !== undefined) return known;
  const made = { ...TYPES, Fields: limitedFields(limits) };
  typesOfComponents.set(limits, made);
  return made;
}

/** The class with constructors that know the limits. What it makes, and what the host makes, are its instances alike. */
function limitedFields(limits: GuestLimits): typeof Fields {
  function LimitedFields(): Fields {
    return new Fields(new FieldStore([], [], limits));
  }
  LimitedFields.prototype = Fields.prototype;
  LimitedFields.fromList = (entries: Parameters<typeof Fields.fromList>[0]): Fields =>
    Fields.fromList(entries, limits);
  return LimitedFields as unknown as typeof Fields;
}

const outgoingHandler: HostInterface = {
  ...declared('wasi:http/outgoing-handler@0.2.12'),
  ...wasi02,
  suspending: [],
  bind: (context) => ({
    handle: (request: OutgoingRequest, options: RequestOptions | undefined) =>
      handleOutgoing(context, request, options),
  }),
};

const incomingHandler: HostInterface = {
  ...declared('wasi:http/incoming-handler@0.2.12'),
  ...wasi02,
  suspending: ['handle'],
  bind: (context) => ({
    handle: (request: IncomingRequest, response: ResponseOutparam) => passOn(context, request, response),
  }),
};

/** `wasi:http@0.2`: types, outgoing-handler, and the incoming-handler that a middleware imports. */
export const httpInterfaces: readonly HostInterface[] = [types, outgoingHandler, incomingHandler];
