import type { HttpResponse } from '@wasmlattice/rpc/interfaces';
import { copyBytes, IterableSource } from '../../io/index.js';
import type { HttpExchange } from '../http-exchange.js';
import { fieldsToLines } from './wire-fields.js';

/**
 * Answers an exchange with the response that a call of `wrpc:http/incoming-handler` returned, body and trailers as they come,
 * at the pace of the client. A client that leaves ends the response for whoever sends it.
 *
 * Resolves with the status that was sent; rejects with what ended the response early, the reason of the exchange's
 * signal among it. Then the exchange is still to be ended.
 */
export async function forwardResponse(
  response: HttpResponse,
  { responder, signal }: Pick<HttpExchange, 'responder' | 'signal'>,
): Promise<number> {
  const { status } = response;
  const body = new IterableSource(response.body);
  const left = Promise.withResolvers<never>();
  left.promise.catch(() => {});
  response.trailers.catch(() => {});
  const leave = (): void => {
    body.cancel();
    left.reject(signal.reason);
  };
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    signal.throwIfAborted();
    const sink = responder.start({ status, headers: fieldsToLines(response.headers) });
    const isWhole = await copyBytes(body, sink);
    signal.throwIfAborted();
    if (!isWhole) return status;
    const trailers = await Promise.race([response.trailers, left.promise]);
    responder.finish(trailers && fieldsToLines(trailers));
    return status;
  } catch (cause) {
    body.cancel();
    throw cause;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
