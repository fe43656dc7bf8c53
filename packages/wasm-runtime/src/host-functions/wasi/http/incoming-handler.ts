import type { EndSignal } from '../../../ending.js';
import type { ComponentTypes } from '../../../engines/engine.js';
import { defaultGuestLimits } from '../../../limits/guest-limits.js';
import { Answer, type GuestAnswer, type HandlerOutcome, type IncomingHandlerCall } from './guest-answer.js';
import { IncomingRequest } from './incoming-request.js';
import { ResponseOutparam } from './response-outparam.js';
import { receivedRequest } from './wasi03/request.js';

/** How a guest is given a request, by the interface it serves HTTP with. */
interface ServedInterface {
  /** Of its ids. */
  readonly pattern: RegExp;
  /** What its ids begin with, and no other's do. */
  readonly prefix: string;
  /** Resolves when the guest has returned; its answer is out by then. */
  call(call: IncomingHandlerCall, answer: Answer): Promise<unknown>;
}

/** In the order of preference. */
const servedInterfaces: readonly ServedInterface[] = [
  {
    pattern: /^wasi:http\/handler@0\.3\.\d+$/,
    prefix: 'wasi:http/handler@',
    async call({ instance, exportId, exchange, limits = defaultGuestLimits }, answer) {
      const result = await instance.call(exportId, 'handle', [receivedRequest(exchange, limits)]);
      answer.answered(result as GuestAnswer);
      await instance.settled?.();
      instance.endOpen?.();
    },
  },
  {
    pattern: /^wasi:http\/incoming-handler@0\.2\.\d+$/,
    prefix: 'wasi:http/incoming-handler@',
    call({ instance, exportId, exchange, limits }, answer) {
      return instance.call(exportId, 'handle', [
        new IncomingRequest(exchange, limits),
        new ResponseOutparam(answer),
      ]);
    },
  },
];

/** The id of the component's export that serves HTTP: `wasi:http/handler@0.3.x` or `incoming-handler@0.2.x`; `undefined` when it has none. */
export function incomingHandlerExport(types: ComponentTypes): string | undefined {
  const ids = types.exports.map(({ id }) => id);
  return servedInterfaces
    .map((served) => ids.find((id) => served.pattern.test(id)))
    .find((id) => id !== undefined);
}

/**
 * Gives a request to the component's HTTP handler and the guest's answer to the exchange. The answer goes out as
 * the guest makes it; the promise resolves when the guest's task has returned and the responder has the body, which may be later or
 * earlier than the client has everything. Never rejects. A guest that traps is logged by whoever runs the pool
 * (`RunOptions.onFault`), not here.
 */
export async function invokeIncomingHandler(call: IncomingHandlerCall): Promise<HandlerOutcome> {
  const answer = new Answer(call);
  let trap: { readonly cause: unknown } | undefined;
  try {
    await servedInterfaces.find(({ prefix }) => call.exportId.startsWith(prefix))?.call(call, answer);
  } catch (cause) {
    trap = { cause };
  }
  try {
    // Most answers have left already, and a wait for nothing takes a turn of its own.
    const leaving = untilLeft(answer, call.signal);
    if (leaving !== undefined) await leaving;
    if (trap === undefined && answer.finishBody()) await untilLeft(answer, call.signal);
  } catch (cause) {
    return answer.ended(cause);
  }
  return trap === undefined ? answer.returned() : answer.trapped(trap.cause);
}

function untilLeft(answer: Answer, signal: IncomingHandlerCall['signal']): Promise<void> | undefined {
  const leaving = answer.leaving();
  return leaving && untilAborted(leaving, signal);
}

function untilAborted(work: Promise<void>, signal: EndSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
