import { injectTraceContext, type Logger, noopLogger, type SpanContext } from '@wasmlattice/telemetry';
import { ErrorCode, type Msg, type MsgHdrs, type NatsConnection, NatsError } from 'nats';
import { untilAborted } from './abort.js';
import { decodeClaims } from './codec/claims.js';
import {
  decodeComponentAuctionAck,
  encodeCanaryComponentCommand,
  encodeComponentAuctionRequest,
  encodeScaleComponentCommand,
  encodeUpdateComponentCommand,
} from './codec/component.js';
import { encodeConfig } from './codec/config.js';
import { decodeCtlResponse } from './codec/ctl-response.js';
import {
  decodeHost,
  decodeHostInventory,
  encodeDeleteLabelCommand,
  encodePutLabelCommand,
  encodeStopHostCommand,
} from './codec/host.js';
import { DecodeError, decodeStringMap, jsonToBytes } from './codec/json.js';
import { decodeLink, encodeDeleteLinkCommand, encodeLink } from './codec/link.js';
import {
  decodeProviderAuctionAck,
  encodeProviderAuctionRequest,
  encodeStartProviderCommand,
  encodeStopProviderCommand,
} from './codec/provider.js';
import { encodeRegistryCredentials } from './codec/registry.js';
import { ControlError } from './control-error.js';
import { gather } from './gather.js';
import { recordToHeaders } from './message-headers.js';
import * as subjects from './subjects/control-subjects.js';
import type { StoredClaims } from './types/claims.js';
import type {
  CanaryComponentInput,
  ComponentAuctionAck,
  ComponentAuctionInput,
  ScaleComponentInput,
  UpdateComponentInput,
} from './types/component.js';
import type { CtlResponse } from './types/ctl-response.js';
import type {
  DeleteLabelCommand,
  Host,
  HostInventory,
  PutLabelCommand,
  StopHostInput,
} from './types/host.js';
import type { DeleteLinkInput, Link, LinkInput } from './types/link.js';
import type {
  ProviderAuctionAck,
  ProviderAuctionInput,
  StartProviderInput,
  StopProviderInput,
} from './types/provider.js';
import type { RegistryCredentials } from './types/registry.js';
import type { StringMap } from './types/string-map.js';

/** What {@link createControlClient} needs. */
export interface ControlClientOptions {
  /** A connection to the *control* NATS; it stays the caller's. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** `wasmbus.ctl` by default. */
  readonly prefix?: string;
  /** How long to wait for a reply, or to gather replies, in ms; 2000 by default, as wash has it. */
  readonly timeoutMs?: number;
  /** What the connection was opened with, if its user may subscribe only to inboxes of a prefix of its own. */
  readonly inboxPrefix?: string;
  readonly logger?: Logger;
}

/** What every operation takes. */
export interface ControlCallOptions {
  /** For this call only, in ms. */
  readonly timeoutMs?: number;
  /** Ends the wait early; the call rejects with its reason, the request may still be carried out. */
  readonly signal?: AbortSignal;
  /** The caller's span: the hosts' spans become its children. */
  readonly trace?: SpanContext | undefined;
}

/** What operations that several hosts answer take. */
export interface ControlGatherOptions extends ControlCallOptions {
  /** Return as soon as this many hosts have answered; else the whole time is waited for more. */
  readonly stopAfter?: number;
}

/**
 * The control interface of a lattice, from a client's side.
 *
 * Commands resolve with the host's message, which may be empty or a warning. Scale, update and start mean
 * *accepted*: the outcome is told by events. Every operation rejects with a {@link ControlError}, with an
 * `InvalidNameError` before anything is sent, or with the signal's reason. Gathering operations resolve with an
 * empty list when nobody answers.
 */
export interface ControlClient {
  readonly lattice: string;

  /** The hosts of the lattice that answer in time. */
  ping(options?: ControlGatherOptions): Promise<readonly Host[]>;
  /** What runs on a host. */
  getHostInventory(hostId: string, options?: ControlCallOptions): Promise<HostInventory>;
  /** Stops a host. */
  stopHost(hostId: string, command?: StopHostInput, options?: ControlCallOptions): Promise<string>;

  putLabel(hostId: string, command: PutLabelCommand, options?: ControlCallOptions): Promise<string>;
  deleteLabel(hostId: string, command: DeleteLabelCommand, options?: ControlCallOptions): Promise<string>;

  /** The hosts that would run a component. */
  auctionComponent(
    request: ComponentAuctionInput,
    options?: ControlGatherOptions,
  ): Promise<readonly ComponentAuctionAck[]>;
  /** Starts, scales or (with `maxInstances` 0) stops a component. */
  scaleComponent(hostId: string, command: ScaleComponentInput, options?: ControlCallOptions): Promise<string>;
  /** Replaces the code of a running component. */
  updateComponent(
    hostId: string,
    command: UpdateComponentInput,
    options?: ControlCallOptions,
  ): Promise<string>;

  /** Runs a second version of a component for a part of its calls, or (with a share of 0) ends that. Hosts of wasmCloud refuse. */
  canaryComponent(
    hostId: string,
    command: CanaryComponentInput,
    options?: ControlCallOptions,
  ): Promise<string>;

  /** The hosts that would run a provider. */
  auctionProvider(
    request: ProviderAuctionInput,
    options?: ControlGatherOptions,
  ): Promise<readonly ProviderAuctionAck[]>;
  /** Starts a provider. A host where the builtin is switched off does not answer: a `timeout`. */
  startProvider(hostId: string, command: StartProviderInput, options?: ControlCallOptions): Promise<string>;
  stopProvider(hostId: string, command: StopProviderInput, options?: ControlCallOptions): Promise<string>;

  /** All links of the lattice. */
  getLinks(options?: ControlCallOptions): Promise<readonly Link[]>;
  putLink(link: LinkInput, options?: ControlCallOptions): Promise<string>;
  deleteLink(command: DeleteLinkInput, options?: ControlCallOptions): Promise<string>;

  /** `undefined` if there is no config of this name. */
  getConfig(name: string, options?: ControlCallOptions): Promise<StringMap | undefined>;
  putConfig(name: string, config: StringMap, options?: ControlCallOptions): Promise<string>;
  deleteConfig(name: string, options?: ControlCallOptions): Promise<string>;

  /** The claims of all components and providers the answering host knows. */
  getClaims(options?: ControlCallOptions): Promise<readonly StoredClaims[]>;
  /** Gives credentials to every host; resolves with how many took them. */
  putRegistries(credentials: RegistryCredentials, options?: ControlGatherOptions): Promise<number>;
}

const defaultTimeoutMs = 2000;
const noPayload = new Uint8Array();

/** Makes a client for one lattice. */
export function createControlClient(options: ControlClientOptions): ControlClient {
  return new Client(options);
}

/** Where a request goes, in the words of error messages. */
interface Call {
  /** `scale component "hello"` */
  readonly operation: string;
  readonly subject: string;
  /** Absent when any host of the lattice may answer. */
  readonly hostId?: string;
  readonly payload?: Uint8Array;
  readonly options: ControlCallOptions | undefined;
}

class Client implements ControlClient {
  readonly lattice: string;
  readonly #connection: NatsConnection;
  readonly #scope: subjects.ControlScope;
  readonly #timeoutMs: number;
  readonly #inboxPrefix: string | undefined;
  readonly #logger: Logger;

  constructor(options: ControlClientOptions) {
    this.lattice = options.lattice;
    this.#connection = options.connection;
    this.#scope = { prefix: options.prefix ?? subjects.defaultControlPrefix, lattice: options.lattice };
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.#inboxPrefix = options.inboxPrefix;
    this.#logger = options.logger ?? noopLogger;
    // A mistake in the lattice or prefix is told now, not with the first call.
    subjects.controlRoot(this.#scope);
  }

  async ping(options?: ControlGatherOptions): Promise<readonly Host[]> {
    const subject = subjects.hostPingSubject(this.#scope);
    return await this.#gather({ operation: 'ping', subject, options }, decodeHost);
  }

  async getHostInventory(hostId: string, options?: ControlCallOptions): Promise<HostInventory> {
    const subject = subjects.hostGetSubject(this.#scope, hostId);
    return await this.#data({ operation: 'get inventory', subject, hostId, options }, decodeHostInventory);
  }

  async stopHost(hostId: string, command: StopHostInput = {}, options?: ControlCallOptions): Promise<string> {
    const subject = subjects.hostStopSubject(this.#scope, hostId);
    const payload = jsonToBytes(encodeStopHostCommand({ ...command, hostId: command.hostId ?? hostId }));
    return await this.#command({ operation: 'stop host', subject, hostId, payload, options });
  }

  async putLabel(hostId: string, command: PutLabelCommand, options?: ControlCallOptions): Promise<string> {
    const subject = subjects.labelPutSubject(this.#scope, hostId);
    const payload = jsonToBytes(encodePutLabelCommand(command));
    return await this.#command({
      operation: `put label "${command.key}"`,
      subject,
      hostId,
      payload,
      options,
    });
  }

  async deleteLabel(
    hostId: string,
    command: DeleteLabelCommand,
    options?: ControlCallOptions,
  ): Promise<string> {
    const subject = subjects.labelDeleteSubject(this.#scope, hostId);
    const payload = jsonToBytes(encodeDeleteLabelCommand(command));
    return await this.#command({
      operation: `delete label "${command.key}"`,
      subject,
      hostId,
      payload,
      options,
    });
  }

  async auctionComponent(
    request: ComponentAuctionInput,
    options?: ControlGatherOptions,
  ): Promise<readonly ComponentAuctionAck[]> {
    const subject = subjects.componentAuctionSubject(this.#scope);
    const payload = jsonToBytes(encodeComponentAuctionRequest(request));
    const operation = `auction component "${request.componentId}"`;
    return await this.#gather({ operation, subject, payload, options }, decodeComponentAuctionAck);
  }

  async scaleComponent(
    hostId: string,
    command: ScaleComponentInput,
    options?: ControlCallOptions,
  ): Promise<string> {
    const subject = subjects.componentScaleSubject(this.#scope, hostId);
    const payload = jsonToBytes(
      encodeScaleComponentCommand({ ...command, hostId: command.hostId ?? hostId }),
    );
    const operation = `scale component "${command.componentId}"`;
    return await this.#command({ operation, subject, hostId, payload, options });
  }

  async updateComponent(
    hostId: string,
    command: UpdateComponentInput,
    options?: ControlCallOptions,
  ): Promise<string> {
    const subject = subjects.componentUpdateSubject(this.#scope, hostId);
    const payload = jsonToBytes(
      encodeUpdateComponentCommand({ ...command, hostId: command.hostId ?? hostId }),
    );
    const operation = `update component "${command.componentId}"`;
    return await this.#command({ operation, subject, hostId, payload, options });
  }

  async canaryComponent(
    hostId: string,
    command: CanaryComponentInput,
    options?: ControlCallOptions,
  ): Promise<string> {
    const subject = subjects.componentCanarySubject(this.#scope, hostId);
    const payload = jsonToBytes(
      encodeCanaryComponentCommand({ ...command, hostId: command.hostId ?? hostId }),
    );
    const operation = `run a canary of component "${command.componentId}"`;
    return await this.#command({ operation, subject, hostId, payload, options });
  }

  async auctionProvider(
    request: ProviderAuctionInput,
    options?: ControlGatherOptions,
  ): Promise<readonly ProviderAuctionAck[]> {
    const subject = subjects.providerAuctionSubject(this.#scope);
    const payload = jsonToBytes(encodeProviderAuctionRequest(request));
    const operation = `auction provider "${request.providerId}"`;
    return await this.#gather({ operation, subject, payload, options }, decodeProviderAuctionAck);
  }

  async startProvider(
    hostId: string,
    command: StartProviderInput,
    options?: ControlCallOptions,
  ): Promise<string> {
    const subject = subjects.providerStartSubject(this.#scope, hostId);
    const payload = jsonToBytes(encodeStartProviderCommand({ ...command, hostId: command.hostId ?? hostId }));
    const operation = `start provider "${command.providerId}"`;
    return await this.#command({ operation, subject, hostId, payload, options });
  }

  async stopProvider(
    hostId: string,
    command: StopProviderInput,
    options?: ControlCallOptions,
  ): Promise<string> {
    const subject = subjects.providerStopSubject(this.#scope, hostId);
    const payload = jsonToBytes(encodeStopProviderCommand({ ...command, hostId: command.hostId ?? hostId }));
    const operation = `stop provider "${command.providerId}"`;
    return await this.#command({ operation, subject, hostId, payload, options });
  }

  async getLinks(options?: ControlCallOptions): Promise<readonly Link[]> {
    const subject = subjects.linkGetSubject(this.#scope);
    return await this.#data({ operation: 'get links', subject, options }, (value) =>
      decodeArray(value, decodeLink),
    );
  }

  async putLink(link: LinkInput, options?: ControlCallOptions): Promise<string> {
    const subject = subjects.linkPutSubject(this.#scope);
    const operation = `put link ${describeLink(link)} to "${link.target}"`;
    return await this.#command({ operation, subject, payload: jsonToBytes(encodeLink(link)), options });
  }

  async deleteLink(command: DeleteLinkInput, options?: ControlCallOptions): Promise<string> {
    const subject = subjects.linkDeleteSubject(this.#scope);
    const payload = jsonToBytes(encodeDeleteLinkCommand(command));
    return await this.#command({
      operation: `delete link ${describeLink(command)}`,
      subject,
      payload,
      options,
    });
  }

  async getConfig(name: string, options?: ControlCallOptions): Promise<StringMap | undefined> {
    const subject = subjects.configGetSubject(this.#scope, name);
    const decode = (value: unknown): StringMap => decodeStringMap(value, `config ${name}`);
    return (await this.#request({ operation: `get config "${name}"`, subject, options }, decode)).response;
  }

  async putConfig(name: string, config: StringMap, options?: ControlCallOptions): Promise<string> {
    const subject = subjects.configPutSubject(this.#scope, name);
    const payload = encodeConfig(config);
    return await this.#command({ operation: `put config "${name}"`, subject, payload, options });
  }

  async deleteConfig(name: string, options?: ControlCallOptions): Promise<string> {
    const subject = subjects.configDeleteSubject(this.#scope, name);
    return await this.#command({ operation: `delete config "${name}"`, subject, options });
  }

  async getClaims(options?: ControlCallOptions): Promise<readonly StoredClaims[]> {
    const subject = subjects.claimsGetSubject(this.#scope);
    const decode = (value: unknown): readonly StoredClaims[] => decodeArray(value, decodeClaims);
    return await this.#data({ operation: 'get claims', subject, options }, decode);
  }

  async putRegistries(credentials: RegistryCredentials, options?: ControlGatherOptions): Promise<number> {
    const subject = subjects.registryPutSubject(this.#scope);
    const payload = jsonToBytes(encodeRegistryCredentials(credentials));
    const operation = 'put registries';
    const hosts = await this.#gatherReplies({ operation, subject, payload, options }, (data) => data);
    return hosts.length;
  }

  /** A request whose reply has data: leaving it out is not an option. */
  async #data<T>(call: Call, decode: (value: unknown) => T): Promise<T> {
    const { response } = await this.#request(call, decode);
    if (response === undefined)
      throw this.#badReply(call, new DecodeError('reply', 'response', 'is missing'));
    return response;
  }

  /** A request whose reply says only whether it worked. */
  async #command(call: Call): Promise<string> {
    return (await this.#request(call, () => undefined)).message;
  }

  async #request<T>(call: Call, decode: (value: unknown) => T): Promise<CtlResponse<T>> {
    const { subject, payload = noPayload, options = {} } = call;
    const timeout = options.timeoutMs ?? this.#timeoutMs;
    options.signal?.throwIfAborted();
    let answer: Msg;
    try {
      const sent = this.#connection.request(subject, payload, { timeout, ...traceHeaders(options) });
      answer = await untilAborted(sent, options.signal);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw this.#failure(call, timeout, cause);
    }
    const reply = this.#decode(call, answer, decode);
    if (!reply.success) throw refused(call, reply.message);
    return reply;
  }

  async #gather<T>(call: Call, decode: (value: unknown) => T): Promise<readonly T[]> {
    const replies = await this.#gatherReplies(call, decode);
    return replies.flatMap(({ response }) => (response === undefined ? [] : [response]));
  }

  /** The successful replies of all hosts. One host's unreadable reply must not hide those of the others. */
  async #gatherReplies<T>(
    call: Call & { readonly options: ControlGatherOptions | undefined },
    decode: (value: unknown) => T,
  ): Promise<readonly CtlResponse<T>[]> {
    const { subject, payload = noPayload, options = {} } = call;
    const { stopAfter = Number.POSITIVE_INFINITY, signal } = options;
    const windowMs = options.timeoutMs ?? this.#timeoutMs;
    const replies: CtlResponse<T>[] = [];
    const refusals: string[] = [];
    const onAnswer = (answer: Msg): boolean => {
      try {
        const reply = this.#decode(call, answer, decode);
        if (reply.success) replies.push(reply);
        else refusals.push(reply.message);
      } catch (error) {
        this.#logger.warn('skipped a reply that could not be read', {
          operation: call.operation,
          subject,
          error,
        });
      }
      return replies.length >= stopAfter;
    };
    try {
      await gather({
        connection: this.#connection,
        inboxPrefix: this.#inboxPrefix,
        subject,
        payload,
        ...traceHeaders(options),
        windowMs,
        signal,
        onAnswer,
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw this.#failure(call, windowMs, cause);
    }
    const [refusal] = refusals;
    if (replies.length === 0 && refusal !== undefined) throw refused(call, refusal);
    return replies;
  }

  #decode<T>(call: Call, answer: Msg, decode: (value: unknown) => T): CtlResponse<T> {
    try {
      return decodeCtlResponse(answer.data, call.operation, decode);
    } catch (cause) {
      throw this.#badReply(call, cause);
    }
  }

  #badReply(call: Call, cause: unknown): ControlError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new ControlError('bad-reply', `${call.operation}: the reply is not understood: ${why}`, { cause });
  }

  #failure({ operation, hostId, subject }: Call, timeoutMs: number, cause: unknown): ControlError {
    // A request that a closing connection drops is reported as a timeout.
    const closed = this.#connection.isClosed() ? ErrorCode.ConnectionClosed : undefined;
    const code = closed ?? (cause instanceof NatsError ? cause.code : undefined);
    const lattice = `lattice "${this.lattice}"`;
    switch (code) {
      case ErrorCode.NoResponders: {
        const who =
          hostId === undefined ? `no host answers in ${lattice}` : `host ${hostId} is not in ${lattice}`;
        const check = 'is a host running there, on this NATS, with the same control prefix?';
        return new ControlError('no-responders', `${operation}: ${who}: ${check} (${subject})`, { cause });
      }
      case ErrorCode.Timeout: {
        const who = hostId === undefined ? `no host of ${lattice} answered` : `host ${hostId} did not answer`;
        return new ControlError('timeout', `${operation}: ${who} within ${timeoutMs} ms (${subject})`, {
          cause,
        });
      }
      case ErrorCode.ConnectionClosed:
      case ErrorCode.ConnectionDraining:
      case ErrorCode.Disconnect:
      case ErrorCode.Cancelled:
        return new ControlError('closed', `${operation}: the NATS connection is closed or draining`, {
          cause,
        });
      default: {
        const why = cause instanceof Error ? cause.message : String(cause);
        const check = "check this connection's permissions and the server's max_payload";
        return new ControlError('not-sent', `${operation}: the request could not be sent: ${why}: ${check}`, {
          cause,
        });
      }
    }
  }
}

function refused({ operation, hostId }: Call, reply: string): ControlError {
  const where = hostId === undefined ? '' : ` on host ${hostId}`;
  return new ControlError('refused', `${operation}${where}: ${reply}`, { reply });
}

function traceHeaders(options: ControlCallOptions): { readonly headers?: MsgHdrs } {
  const headers = recordToHeaders(injectTraceContext(options.trace));
  return headers === undefined ? {} : { headers };
}

function decodeArray<T>(value: unknown, decode: (item: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw new DecodeError('reply', 'response', 'must be an array');
  return value.map(decode);
}

function describeLink(link: DeleteLinkInput): string {
  return `"${link.name ?? 'default'}" of "${link.sourceId}" for ${link.witNamespace}:${link.witPackage}`;
}
