import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { EndSignal } from '../../../ending.js';
import type { ComponentInstance } from '../../../engines/engine.js';
import { IncompleteResponseError, isGuestFault } from '../../../errors.js';
import type { GuestLimits } from '../../../limits/guest-limits.js';
import { exceededLimit, type LimitExceededError } from '../../../limits/limit-exceeded-error.js';
import { describeLimit } from '../../../limits/limit-table.js';
import { ExecutionTimeError } from '../../../pool/invocation.js';
import { isRpcError } from '../../../rpc-failures.js';
import { type ErrorCode, HttpFailure, statusOf } from './error-code.js';
import type { HttpExchange } from './http-exchange.js';
import type { ReleasedResponse } from './outgoing-response.js';

export interface IncomingHandlerCall {
  readonly instance: ComponentInstance;
  /** The component's export, verbatim; see {@link incomingHandlerExport}. */
  readonly exportId: string;
  readonly exchange: HttpExchange;
  /** Component id: names the component in logs and in error answers. */
  readonly component: string;
  /** The signal of the instance's context: tells an invocation that was ended from a fault of the guest. */
  readonly signal?: EndSignal;
  readonly logger?: Logger;
  /** Of the component. */
  readonly limits?: GuestLimits | undefined;
  /** Told when the guest has returned and left the end of its body to the host. */
  readonly onUnfinishedBody?: () => void;
  /** Told of a guest that does not answer as it should, while a client waits; without it that is logged. */
  readonly onIncomplete?: ((error: IncompleteResponseError) => void) | undefined;
  /** What clients see of why the guest trapped or gave no response, such as its backtrace and its stderr: for development. Absent: nothing. */
  readonly showTrap?: ((error: Error) => string) | undefined;
}

/** How a call of the incoming handler went; the client has been answered accordingly. */
export type HandlerOutcome =
  /** The guest answered, and the body is complete. `status` is what it set. */
  | { readonly kind: 'answered'; readonly status: number }
  /** The guest answered with an error-code, which became `status`. */
  | { readonly kind: 'error-code'; readonly status: number; readonly code: ErrorCode }
  /** The guest returned without an answer, with one that can't be sent, or dropped its body, or wrote less than it promised. */
  | {
      readonly kind: 'incomplete';
      readonly status: number;
      readonly reason: string;
      /** What it wrote to stderr: where the runtime of a JavaScript guest tells of exceptions that nobody caught. */
      readonly guestStderr?: string;
    }
  /** The guest trapped, or its invocation was ended. */
  | { readonly kind: 'trapped'; readonly status: number; readonly cause: unknown };

/** What a guest answers: WIT `result<response, error-code>` as data, with the response of any version of `wasi:http`. */
export type GuestAnswer =
  | { readonly tag: 'ok'; readonly val: AnsweredResponse }
  | { readonly tag: 'err'; readonly val: ErrorCode };

export interface AnsweredResponse {
  /** @throws RangeError when its head can't be sent; the message says why */
  release(): ReleasedResponse;
}

/** The guest's answer to one exchange, from its head to the end of the guest's task. */
export class Answer {
  readonly #call: IncomingHandlerCall;
  readonly #logger: Logger;
  #response: ReleasedResponse | undefined;
  #outcome: HandlerOutcome | undefined;

  constructor(call: IncomingHandlerCall) {
    this.#call = call;
    this.#logger = call.logger ?? noopLogger;
  }

  answered(answer: GuestAnswer): void {
    if (answer.tag === 'err') this.#refuse(answer.val);
    else this.#respond(answer.val);
  }

  declined(): void {
    if (this.#outcome !== undefined) return;
    this.#incomplete('the guest dropped the response-outparam', 'did not answer the request');
  }

  /**
   * A guest that returns has nothing more to write: as on upstream's hosts, that completes a body it did not drop. A runtime that
   * caught an exception leaves a body so, too, but with a status that says that, and with the exception on stderr.
   *
   * @returns whether there was a body to complete
   */
  finishBody(): boolean {
    const response = this.#response;
    if (!response?.isBodyOpen()) return false;
    const guestStderr = this.#call.instance.guestStderr?.();
    try {
      if (response.head.status >= 500 && guestStderr !== undefined) this.#finishFailed(response, guestStderr);
      else {
        response.finishBody();
        this.#call.onUnfinishedBody?.();
      }
    } catch (cause) {
      // The exchange was told already.
      if (!(cause instanceof HttpFailure)) throw cause;
    }
    return true;
  }

  returned(): HandlerOutcome {
    this.#outcome ??= this.#incomplete('the guest returned without an answer', 'did not answer the request');
    return this.#outcome;
  }

  /** Resolves when the responder has all of a body that the guest is done with; `undefined` when it has. */
  leaving(): Promise<void> | undefined {
    return this.#response?.bodyOver();
  }

  /** The invocation was ended before the responder had all of the body. */
  ended(cause: unknown): HandlerOutcome {
    const { component, exchange, signal } = this.#call;
    const status = trapStatus(signal);
    if (!exchange.signal.aborted) {
      this.#logger.warn(`the client of component ${component} did not take its response in time`, {
        component,
        cause,
      });
    }
    exchange.responder.fail(status, this.#text(trapText(status, exceededLimit(cause, component))));
    return { kind: 'trapped', status, cause };
  }

  trapped(cause: unknown): HandlerOutcome {
    const { exchange, signal } = this.#call;
    const isRefused = isRefusedCall(cause);
    const status = isRefused ? 503 : trapStatus(signal);
    if (!isGuestFault(cause)) this.#logEnd(cause);
    exchange.responder.fail(
      status,
      isRefused ? this.#text(REFUSED_TEXT) : this.#trapText(status, cause),
      cause,
    );
    return { kind: 'trapped', status, cause };
  }

  #refuse(code: ErrorCode): void {
    const { component, exchange } = this.#call;
    const status = statusOf(code);
    this.#logger.warn(`component ${component} answered with error-code ${code.tag}`, {
      component,
      code,
      status,
    });
    this.#outcome = { kind: 'error-code', status, code };
    const { responder } = exchange;
    if (responder.refuse) responder.refuse(code);
    else responder.fail(status, this.#text(`answered with error-code ${code.tag}`));
  }

  #respond(response: AnsweredResponse): void {
    const { exchange } = this.#call;
    let released: ReleasedResponse;
    try {
      released = response.release();
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      this.#incomplete(cause.message, `gave a response that cannot be sent: ${cause.message}`);
      return;
    }
    const { status } = released.head;
    this.#outcome = { kind: 'answered', status };
    this.#response = released;
    released.sendBody({
      sink: exchange.responder.start(released.head),
      bodiless: exchange.request.method === 'HEAD' || BODILESS.has(status),
      finish: (trailers) => exchange.responder.finish(trailers),
      abort: (reason) => this.#incomplete(reason, 'did not complete its response'),
    });
  }

  #incomplete(reason: string, text: string): HandlerOutcome {
    const { exchange, instance } = this.#call;
    const guestStderr = instance.guestStderr?.();
    this.#outcome = {
      kind: 'incomplete',
      status: 500,
      reason,
      ...(guestStderr !== undefined && { guestStderr }),
    };
    const cause = new IncompleteResponseError(reason, guestStderr);
    this.#tellIncomplete(cause);
    exchange.responder.fail(500, this.#withDetails(this.#text(text), cause), cause);
    return this.#outcome;
  }

  #finishFailed(response: ReleasedResponse, guestStderr: string): void {
    const reason = 'the guest returned without finishing its response body';
    const error = new IncompleteResponseError(reason, guestStderr);
    const details = this.#call.showTrap?.(error);
    response.finishBody(details === undefined ? undefined : Buffer.from(`\n\n${details}\n`));
    this.#outcome = { kind: 'incomplete', status: response.head.status, reason, guestStderr };
    this.#tellIncomplete(error);
  }

  #tellIncomplete(error: IncompleteResponseError): void {
    const { component, exchange, onIncomplete } = this.#call;
    if (exchange.signal.aborted) return;
    if (onIncomplete !== undefined) {
      onIncomplete(error);
      return;
    }
    const { reason, guestStderr } = error;
    this.#logger.warn(`component ${component} left a request without a complete response`, {
      component,
      reason,
      guest_stderr: guestStderr,
    });
  }

  #logEnd(cause: unknown): void {
    const { component, exchange } = this.#call;
    if (exchange.signal.aborted) {
      this.#logger.debug('an invocation ended after its client had gone', { component, cause });
    } else {
      this.#logger.error(`an invocation of component ${component} was ended in its HTTP handler`, {
        component,
        cause,
      });
    }
  }

  #trapText(status: number, cause: unknown): string {
    const text = this.#text(trapText(status, exceededLimit(cause, this.#call.component)));
    return isGuestFault(cause) ? this.#withDetails(text, cause) : text;
  }

  #withDetails(text: string, cause: Error): string {
    const details = this.#call.showTrap?.(cause);
    return details === undefined ? text : `${text}\n${details}\n`;
  }

  #text(what: string): string {
    return `Component "${this.#call.component}" ${what}.\n`;
  }
}

/** Their responses have no content, whatever length they tell (RFC 9110 §15). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

const TRAP_TEXT: Readonly<Record<number, string>> & { readonly 500: string } = {
  500: 'failed while it handled the request',
  503: 'was stopped while it handled the request',
  504: 'did not answer in time',
};

const REFUSED_TEXT =
  'called a component that has no room for further calls at this moment; send the request again';

/** Whether the guest trapped as a component that it called had no room for the call. */
function isRefusedCall(cause: unknown): boolean {
  return cause instanceof Error && isRpcError(cause.cause, 'overloaded');
}

/** Who is told of a limit can do something about it. */
function trapText(status: number, exceeded: LimitExceededError | undefined): string {
  const text = TRAP_TEXT[status] ?? TRAP_TEXT[500];
  if (exceeded === undefined) return text;
  return `${text}: its limit "${exceeded.limit}" is ${describeLimit(exceeded.limit, exceeded.allowed)}`;
}

/** An invocation that was ended, not a fault of the guest: at its deadline, or because the component is stopped. */
function trapStatus(signal: EndSignal | undefined): 500 | 503 | 504 {
  if (!signal?.aborted) return 500;
  return signal.reason instanceof ExecutionTimeError ? 504 : 503;
}
