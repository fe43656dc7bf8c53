import { expect } from 'vitest';
import type { ComponentInstance } from '../../../../engines/engine.js';
import type { OutputStream } from '../../io/index.js';
import { Fields } from '../fields.js';
import type { HandlerOutcome, IncomingHandlerCall } from '../guest-answer.js';
import { type FutureTrailers, IncomingBody } from '../incoming-body.js';
import { invokeIncomingHandler } from '../incoming-handler.js';
import type { IncomingRequest } from '../incoming-request.js';
import type { MemoryExchange } from '../memory-exchange.js';
import { OutgoingBody } from '../outgoing-body.js';
import { OutgoingResponse } from '../outgoing-response.js';
import { ResponseOutparam } from '../response-outparam.js';

export type Guest = (request: IncomingRequest, out: ResponseOutparam) => void | Promise<void>;

export const exportId = 'wasi:http/incoming-handler@0.2.3';
export const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Calls `guest` as if it were a component. */
export function run(
  exchange: MemoryExchange,
  guest: Guest,
  options: Pick<IncomingHandlerCall, 'signal' | 'logger' | 'onUnfinishedBody' | 'showTrap'> = {},
): Promise<HandlerOutcome> {
  const instance: ComponentInstance = {
    async call(instanceId, func, [request, out]) {
      expect([instanceId, func]).toEqual([exportId, 'handle']);
      await guest(request as IncomingRequest, out as ResponseOutparam);
      return undefined;
    },
  };
  return invokeIncomingHandler({ instance, exportId, exchange, component: 'hello', ...options });
}

export function respond(
  out: ResponseOutparam,
  {
    status = 200,
    headers = [],
  }: { readonly status?: number; readonly headers?: readonly (readonly [string, string])[] } = {},
): { readonly body: OutgoingBody; readonly stream: OutputStream } {
  const response = new OutgoingResponse(
    Fields.fromList(headers.map(([name, value]) => [name, bytes(value)])),
  );
  response.setStatusCode(status);
  const body = response.body();
  ResponseOutparam.set(out, { tag: 'ok', val: response });
  return { body, stream: body.write() };
}

export function complete(
  answer: { readonly body: OutgoingBody; readonly stream: OutputStream },
  trailers?: Fields,
): void {
  answer.stream[Symbol.dispose]();
  OutgoingBody.finish(answer.body, trailers);
}

export function payload(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return (thrown as { payload: unknown }).payload;
  }
  throw new Error('nothing was thrown');
}

export async function trailersOf(body: IncomingBody): Promise<ReturnType<FutureTrailers['get']>> {
  const future = IncomingBody.finish(body);
  await future.subscribe().block();
  return future.get();
}
