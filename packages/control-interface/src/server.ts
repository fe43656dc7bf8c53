import {
  extractTraceContext,
  injectTraceContext,
  type Logger,
  noopLogger,
  noopTracer,
  type SpanContext,
  type Tracer,
} from '@wasmlattice/telemetry';
import { ErrorCode, type Msg, type MsgHdrs, type NatsConnection, NatsError, type Subscription } from 'nats';
import { untilAborted } from './abort.js';
import { encodeCtlResponse } from './codec/ctl-response.js';
import type { JsonValue } from './codec/json.js';
import { type ControlOutcome, type ControlRecord, requesterOf } from './control-record.js';
import { dispatchControl, UndecodableRequestError, unsupportedSubject } from './dispatch.js';
import type { ControlContext, ControlHandlers } from './handlers.js';
import { headersToRecord, recordToHeaders } from './message-headers.js';
import {
  type AuctionChoice,
  type ControlOperation,
  type ControlScope,
  controlRoot,
  controlSubscriptions,
  defaultControlPrefix,
  parseControlSubject,
} from './subjects/control-subjects.js';
import { isReplySubject } from './subjects/reply-subject.js';
import type { CtlResponse } from './types/ctl-response.js';

/** What {@link serveControlInterface} needs. */
export interface ControlServerOptions {
  /** The *control* connection. Stays the caller's: the server never closes it. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** Public key of this host, `N…`. */
  readonly hostId: string;
  readonly handlers: ControlHandlers;
  /** `wasmbus.ctl` by default. */
  readonly prefix?: string;
  /** Which auctions to take part in; by default each that has a handler. */
  readonly auctions?: Partial<AuctionChoice>;
  readonly logger?: Logger;
  readonly tracer?: Tracer;
  /** Told of every request once it is answered, whatever came of it. What it throws is logged. */
  readonly audit?: (record: ControlRecord) => void;
}

/** The control interface of one host, being served. */
export interface ControlServer extends AsyncDisposable {
  /**
   * Accepts no further request, completes and answers those in flight, and resolves when the replies have left.
   * May be called twice. Aborting the signal gives up waiting: the promise rejects with its reason, while
   * handlers still run.
   */
  close(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** The server does not let this connection subscribe, or the connection is closed. */
export class ControlServeError extends Error {
  override readonly name = 'ControlServeError';

  constructor(lattice: string, cause: unknown) {
    super(
      `cannot serve the control interface of lattice "${lattice}": check the control NATS connection and its permissions`,
      { cause },
    );
  }
}

/**
 * Answers the control subjects of one host (docs/spec/control-interface.md#1). Resolves once requests will
 * arrive; when a subscription is refused, nothing stays subscribed.
 *
 * Requests are handled concurrently. A request never crashes the host: what a handler throws is logged and its
 * message is the reply.
 */
export async function serveControlInterface(options: ControlServerOptions): Promise<ControlServer> {
  const server = new Server(options);
  await server.start();
  return server;
}

/** What is known of a request before its outcome is. */
interface RequestInProgress {
  readonly operation: ControlRecord['operation'];
  /** From the subject, until the command says more. */
  target: string;
  readonly requester: string | undefined;
  readonly time: number;
  /** On the clock of `performance.now()`. */
  readonly begun: number;
}

class Server implements ControlServer {
  readonly #options: ControlServerOptions;
  readonly #scope: ControlScope;
  readonly #logger: Logger;
  readonly #tracer: Tracer;
  readonly #subscriptions: Subscription[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #refusal: unknown;
  #drained: Promise<void> | undefined;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#scope = { prefix: options.prefix ?? defaultControlPrefix, lattice: options.lattice };
    this.#logger = options.logger ?? noopLogger;
    this.#tracer = options.tracer ?? noopTracer;
  }

  async start(): Promise<void> {
    const { connection, handlers, hostId, auctions = {}, lattice } = this.#options;
    const wanted = controlSubscriptions(this.#scope, hostId, {
      component: handlers.auctionComponent !== undefined && (auctions.component ?? true),
      provider: handlers.auctionProvider !== undefined && (auctions.provider ?? true),
    });
    try {
      for (const { subject, queue } of wanted) {
        const callback = (error: NatsError | null, message: Msg): void =>
          this.#receive(subject, error, message);
        this.#subscriptions.push(
          connection.subscribe(subject, queue === undefined ? { callback } : { callback, queue }),
        );
      }
      // A refusal arrives before the answer to the flush.
      await connection.flush();
      if (this.#refusal !== undefined) throw this.#refusal;
    } catch (cause) {
      for (const subscription of this.#subscriptions) subscription.unsubscribe();
      throw new ControlServeError(lattice, cause);
    }
  }

  async close({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#drained ??= this.#drain();
    await untilAborted(this.#drained, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #drain(): Promise<void> {
    const { connection } = this.#options;
    // A subscription's drain ends once what the server had sent has reached the callback. It rejects for one that is
    // closed already, which is as good.
    await Promise.allSettled(this.#subscriptions.map((subscription) => subscription.drain()));
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
    await connection.flush().catch((error: unknown) => {
      // Nothing is left to send on a connection that is gone.
      if (!connection.isClosed()) throw error;
    });
  }

  #receive(subscribed: string, error: NatsError | null, message: Msg): void {
    if (error !== null) {
      this.#refusal ??= error;
      this.#logger.error('a control subscription was refused or lost: check the permissions of this host', {
        subject: subscribed,
        error,
      });
      return;
    }
    const handled = this.#handle(message)
      .catch((cause: unknown) => {
        this.#logger.error('a control request broke the server', { subject: message.subject, error: cause });
      })
      .finally(() => this.#inFlight.delete(handled));
    this.#inFlight.add(handled);
  }

  async #handle(message: Msg): Promise<void> {
    const operation = parseControlSubject(this.#scope, message.subject);
    const request = this.#begin(message, operation);
    if (message.reply && !isReplySubject(message.reply, this.#scope)) {
      this.#logger.warn('refused a control request whose answer would be a request of its own', {
        subject: message.subject,
        reply: message.reply.slice(0, 256),
      });
      this.#audit(request, 'refused', 'the reply subject is no inbox');
      return;
    }
    if (operation === undefined) {
      this.#logger.warn('refused a control request on an unsupported subject', { subject: message.subject });
      this.#reply(message, unsupportedSubject, undefined);
      this.#audit(request, 'refused', unsupportedSubject.message);
      return;
    }
    const logFields = { operation: operation.kind, subject: message.subject };
    const span = this.#tracer.startSpan('control request', {
      parent: extractTraceContext(headersToRecord(message.headers)),
      kind: 'server',
      attributes: { 'control.operation': operation.kind, lattice: this.#scope.lattice },
    });
    try {
      this.#logger.debug('control request', logFields);
      let outcome: ControlOutcome | undefined;
      const response = await this.#carryOut(operation, message, span.context, logFields, request).catch(
        (error: unknown) => {
          span.recordException(error);
          this.#logFailure(error, logFields);
          outcome = error instanceof UndecodableRequestError ? 'refused' : 'failed';
          return { success: false, message: outermostMessage(error) };
        },
      );
      if (response !== undefined) this.#reply(message, response, span.context);
      this.#audit(request, outcome ?? outcomeOf(response), response?.message ?? '');
    } finally {
      span.end();
    }
  }

  #begin(message: Msg, operation: ControlOperation | undefined): RequestInProgress {
    const { hostId } = this.#options;
    const root = controlRoot(this.#scope);
    return {
      operation: operation?.kind ?? 'unsupported',
      target:
        operation === undefined ? message.subject.slice(root.length + 1) : targetInSubject(operation, hostId),
      requester: requesterOf(message.reply),
      time: Date.now(),
      begun: performance.now(),
    };
  }

  #audit({ begun, ...request }: RequestInProgress, outcome: ControlOutcome, message: string): void {
    const { audit } = this.#options;
    if (audit === undefined) return;
    try {
      audit({ ...request, outcome, message, durationMs: performance.now() - begun });
    } catch (error) {
      this.#logger.error('a control request is missing in the audit', {
        operation: request.operation,
        error,
      });
    }
  }

  async #carryOut(
    operation: ControlOperation,
    message: Msg,
    trace: SpanContext | undefined,
    logFields: ControlContext['logFields'],
    request: RequestInProgress,
  ): Promise<CtlResponse<JsonValue> | undefined> {
    const { handlers, hostId } = this.#options;
    const context: ControlContext = {
      lattice: this.#scope.lattice,
      hostId: 'hostId' in operation ? operation.hostId : hostId,
      trace,
      logFields,
    };
    return await dispatchControl(operation, message.data, handlers, context, (target) => {
      request.target = target;
    });
  }

  #logFailure(error: unknown, fields: ControlContext['logFields']): void {
    if (error instanceof UndecodableRequestError) {
      this.#logger.warn('a control request could not be decoded', { ...fields, error });
    } else {
      this.#logger.error('a control request failed', { ...fields, error });
    }
  }

  #reply(message: Msg, response: CtlResponse<JsonValue>, trace: SpanContext | undefined): void {
    // Without a reply subject the request was still carried out (docs/spec/control-interface.md#1).
    if (!message.reply) return;
    const options = headerOptions(recordToHeaders(injectTraceContext(trace)));
    const payload = encodeCtlResponse(response);
    try {
      message.respond(payload, options);
    } catch (error) {
      const fields = { subject: message.subject, bytes: payload.length, error };
      if (!(error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded)) {
        this.#logger.error('a control reply could not be sent', fields);
        return;
      }
      // The server would close the connection over it. A client that is told can act; one that waits can't.
      this.#logger.warn(
        'a control reply is larger than the NATS server takes: raise its max_payload',
        fields,
      );
      const text = `the reply has ${payload.length} bytes, more than the max_payload of the NATS server`;
      message.respond(encodeCtlResponse({ success: false, message: text }), options);
    }
  }
}

function targetInSubject(operation: ControlOperation, ownId: string): string {
  if ('hostId' in operation) return operation.hostId;
  if ('name' in operation) return operation.name;
  return operation.kind === 'host.ping' ? ownId : '';
}

function outcomeOf(response: CtlResponse<JsonValue> | undefined): ControlOutcome {
  if (response === undefined) return 'silent';
  return response.success ? 'ok' : 'refused';
}

function headerOptions(headers: MsgHdrs | undefined): { readonly headers?: MsgHdrs } {
  return headers === undefined ? {} : { headers };
}

/**
 * The reply's text for a failure: the error's own message, not those of its causes
 * (docs/spec/control-interface.md#1.3).
 */
function outermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}
