import { defaultGuestLimits, type GuestLimits } from '../../../../limits/guest-limits.js';
import { type HostInterface, type HostMembers, wasi03 } from '../../../host-interface.js';
import { declared } from '../../../served-wit.js';
import { type RequestRoute, toClient, toHandler } from '../outgoing-call.js';
import { sendRequest } from './client.js';
import { limitedFields } from './fields.js';
import { Request } from './request.js';
import { RequestOptions } from './request-options.js';
import { Response } from './response.js';

const types: HostInterface = {
  ...declared('wasi:http/types@0.3.2'),
  ...wasi03,
  suspending: [],
  bind: ({ limits = defaultGuestLimits }) => typesWith(limits),
};

/** All instances of a component share one object. */
const typesOfComponents = new WeakMap<GuestLimits, HostMembers>();

function typesWith(limits: GuestLimits): HostMembers {
  const known = typesOfComponents.get(limits);
  if (known !== undefined) return known;
  const made = { Fields: limitedFields(limits), Request, RequestOptions, Response };
  typesOfComponents.set(limits, made);
  return made;
}

function sender(name: string, func: string, route: RequestRoute): HostInterface {
  return {
    ...declared(`${name}@0.3.2`),
    ...wasi03,
    suspending: [func],
    bind: (context) => ({ [func]: (request: Request) => sendRequest(context, request, route) }),
  };
}

/** `wasi:http@0.3`: types, client, and the handler that a middleware imports. */
export const http03Interfaces: readonly HostInterface[] = [
  types,
  sender('wasi:http/client', 'send', toClient),
  sender('wasi:http/handler', 'handle', toHandler('wasi:http/handler')),
];
