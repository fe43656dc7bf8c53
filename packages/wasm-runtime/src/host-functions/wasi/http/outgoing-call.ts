import type { Result, WitFunction } from '@wasmlattice/rpc';
import {
  type HttpErrorCode,
  type HttpRequest,
  type HttpResponse,
  httpIncomingHandler,
  httpOutgoingHandler,
} from '@wasmlattice/rpc/interfaces';
import { InvocationOverError } from '../../../pool/invocation.js';
import type { InstanceContext } from '../../host-interface.js';
import type { ByteSource } from '../io/index.js';
import { HttpFailure } from './error-code.js';
import type { ResponseSource } from './incoming-response.js';
import type { ReleasedRequest } from './outgoing-request.js';
import type { AllTimeouts } from './timeouts.js';
import { ReceivedBody } from './wire/received-body.js';
import { IncompleteBodyError, SentBody } from './wire/sent-body.js';
import { transferFailure } from './wire/transfer-failure.js';
import { fieldsToLines, linesToFields } from './wire/wire-fields.js';

/** Where requests of a guest go: an interface they are linked by, and what is called there (docs/spec/wrpc-interfaces.md#2). */
export interface RequestRoute {
  readonly linkKey: string;
  readonly instance: string;
  readonly func: WitFunction;
  readonly takesOptions: boolean;
}

/** To whatever sends requests into a network. */
export const toClient: RequestRoute = {
  linkKey: 'wasi:http/outgoing-handler',
  instance: httpOutgoingHandler.id,
  func: httpOutgoingHandler.functions[0] as WitFunction,
  takesOptions: true,
};

/**
 * To another component that handles requests: the next one of a chain.
 *
 * @param linkKey the interface that the guest imports for that
 */
export function toHandler(linkKey: string): RequestRoute {
  return {
    linkKey,
    instance: httpIncomingHandler.id,
    func: httpIncomingHandler.functions[0] as WitFunction,
    takesOptions: false,
  };
}

/** What the other side may take to say that a timeout passed, in ms. */
const TIMEOUT_MARGIN_MS = 5_000;

/** Longer timers overflow, and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * What the other side has for a complete body whose response nobody wants, in ms: as long as an invocation may take by default.
 * What is left of the body by then is in buffers, ours and those on the way.
 */
const DELIVERY_MS = 30_000;

/**
 * One request on its way over the lattice. A guest may drop its response, or return without having read it, and has its body
 * delivered all the same: giving the call up would end the component that reads the body. So the call goes on as long as the body
 * is owed, after the invocation, too, and what comes of the response is discarded.
 */
export class OutgoingCall {
  readonly #context: InstanceContext;
  readonly #request: ReleasedRequest;
  readonly #route: RequestRoute;
  readonly #body: SentBody = new SentBody(() => this.#body.discard());
  readonly #ended = new AbortController();
  /** Resolves when there is no response, or no more of it. */
  readonly #responseOver = Promise.withResolvers<void>();
  #response: ReceivedBody | undefined;
  /** Nobody wants the response any more. */
  #isLeft = false;
  #deliveryTimer: NodeJS.Timeout | undefined;
  #failure: { readonly cause: unknown } | undefined;

  constructor(context: InstanceContext, request: ReleasedRequest, route: RequestRoute = toClient) {
    this.#context = context;
    this.#request = request;
    this.#route = route;
  }

  /** Sends the request; its body follows. Rejects with what a guest may see, an `HttpFailure` above all. */
  async send(timeouts: AllTimeouts): Promise<ResponseSource> {
    this.#watchInvocation();
    this.#request.sendBody({
      sink: this.#body,
      bodiless: false,
      finishing: () => this.#bodyIsFinishing(),
      finish: (trailers) => this.#body.finish(trailers),
      abort: (reason) => {
        this.#body.abort(new IncompleteBodyError(reason));
        if (this.#isLeft) this.#end(new Error(reason));
      },
    });
    try {
      return this.#receive(await this.#invoke(timeouts), timerMs(timeouts.betweenBytesTimeout));
    } catch (cause) {
      this.#failure = { cause };
      this.#body.discard();
      this.#responseOver.resolve();
      throw cause;
    }
  }

  /** The guest does not want the response, nor to know whether there is one. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    const { bodyState } = this.#request;
    if (bodyState === 'empty' || bodyState === 'aborted') {
      this.#end(new Error('the guest gave the request up'));
      return;
    }
    if (bodyState === 'complete') this.#limitDelivery();
    this.#discardResponse();
  }

  #watchInvocation(): void {
    const { signal } = this.#context;
    const onOver = (): void => this.#invocationOver(signal.reason);
    if (signal.aborted) onOver();
    else signal.addEventListener('abort', onOver, { once: true });
    void this.#over().then(() => {
      signal.removeEventListener('abort', onOver);
      clearTimeout(this.#deliveryTimer);
    });
  }

  #invocationOver(reason: unknown): void {
    if (!(reason instanceof InvocationOverError) || this.#request.bodyState !== 'complete') {
      this.#end(reason);
      return;
    }
    this.leave();
    this.#context.outlive?.((signal) => {
      signal.addEventListener('abort', () => this.#end(signal.reason), { once: true });
      return this.#over();
    });
  }

  /** Resolves when nothing more is sent nor received. */
  async #over(): Promise<void> {
    await Promise.all([this.#responseOver.promise, this.#body.taken]);
  }

  #end(reason: unknown): void {
    this.#ended.abort(reason);
    this.#response?.cancel();
  }

  /** A guest that can't learn from the response that its body is lost learns it now. */
  #bodyIsFinishing(): void {
    if (!this.#isLeft) return;
    if (this.#failure !== undefined) throw this.#failure.cause;
    this.#limitDelivery();
  }

  #limitDelivery(): void {
    this.#deliveryTimer = setTimeout(() => {
      const failure = new Error(`the body was not taken, or not answered, within ${DELIVERY_MS} ms`);
      this.#warn(failure);
      this.#end(failure);
    }, DELIVERY_MS);
  }

  #discardResponse(): void {
    this.#response?.discard().catch((cause: unknown) => {
      if (this.#ended.signal.aborted) return;
      this.#failure = { cause };
      this.#warn(cause);
    });
  }

  async #invoke(timeouts: AllTimeouts): Promise<HttpResponse> {
    const { connectTimeout, firstByteTimeout } = timeouts;
    const { signal } = this.#ended;
    let answer: Result<HttpResponse, HttpErrorCode>;
    try {
      const { linkKey, instance, func, takesOptions } = this.#route;
      answer = (await this.#context.links.invoke(linkKey, {
        instance,
        func,
        params: takesOptions ? [this.#toWire(), timeouts] : [this.#toWire()],
        signal,
        timeoutMs: timerMs(connectTimeout + firstByteTimeout, TIMEOUT_MARGIN_MS),
      })) as Result<HttpResponse, HttpErrorCode>;
    } catch (cause) {
      if (!signal.aborted) this.#warn(cause);
      throw transferFailure(cause);
    }
    if (answer.tag === 'ok') return answer.val;
    const { val: code } = answer;
    const failure = new HttpFailure(code, `the request was answered with error-code ${code.tag}`);
    if (this.#isLeft) this.#warn(failure);
    throw failure;
  }

  #toWire(): HttpRequest {
    const { method, pathWithQuery, scheme, authority, headers } = this.#request;
    return {
      body: this.#body,
      trailers: this.#body.trailers,
      method,
      pathWithQuery,
      scheme,
      authority,
      // Upstream's hosts send it, and its clients add none.
      headers: linesToFields(['host', authority, ...headers]),
    };
  }

  #receive(response: HttpResponse, betweenBytesMs: number): ResponseSource {
    const received = new ReceivedBody(response.body, response.trailers, {
      betweenBytesMs,
      onOver: () => this.#responseOver.resolve(),
    });
    this.#response = received;
    const { status } = response;
    if (this.#ended.signal.aborted) received.cancel();
    else if (this.#isLeft) this.#discardResponse();
    if (status < 100 || status > 999) {
      received.cancel();
      throw new HttpFailure({ tag: 'HTTP-protocol-error' }, `the response has the status ${status}`);
    }
    try {
      return {
        head: { status, headers: fieldsToLines(response.headers) },
        body: this.#bodyForGuest(received.body),
        trailers: () => received.trailers(),
      };
    } catch (cause) {
      received.cancel();
      throw cause;
    }
  }

  #bodyForGuest(body: ByteSource): ByteSource {
    return {
      read: (max) => body.read(max),
      isReady: () => body.isReady(),
      ready: () => body.ready(),
      cancel: () => this.leave(),
    };
  }

  #warn(error: unknown): void {
    const { logger, componentId } = this.#context;
    logger.warn(`a request of component ${componentId} to ${this.#request.authority} failed`, {
      component: componentId,
      error,
    });
  }
}

/** Nanoseconds as milliseconds a timer takes. */
function timerMs(nanoseconds: bigint, marginMs = 0): number {
  return Math.min(Math.ceil(Number(nanoseconds) / 1e6) + marginMs, LONGEST_TIMER_MS);
}
