import type { LogFields, SpanContext } from '@wasmlattice/telemetry';
import type { StoredClaims } from './types/claims.js';
import type {
  CanaryComponentCommand,
  ComponentAuctionAck,
  ComponentAuctionRequest,
  ScaleComponentCommand,
  UpdateComponentCommand,
} from './types/component.js';
import type { PutConfigCommand } from './types/config.js';
import type {
  DeleteLabelCommand,
  Host,
  HostInventory,
  PutLabelCommand,
  StopHostCommand,
} from './types/host.js';
import type { DeleteLinkCommand, Link } from './types/link.js';
import type {
  ProviderAuctionAck,
  ProviderAuctionRequest,
  StartProviderCommand,
  StopProviderCommand,
} from './types/provider.js';
import type { RegistryCredentials } from './types/registry.js';
import type { StringMap } from './types/string-map.js';

/** The operation was carried out, or accepted where its outcome is told by events. */
export interface Ok<T = undefined> {
  readonly tag: 'ok';
  readonly message: string;
  readonly response?: T | undefined;
}

/** The operation was refused or failed; `message` goes to the client word for word. */
export interface Failed {
  readonly tag: 'failed';
  readonly message: string;
}

/** No reply at all: another host may answer. */
export interface Silent {
  readonly tag: 'silent';
}

/** The answer of an operation that always replies. */
export type Answer<T = undefined> = Ok<T> | Failed;

/** The answer of an operation for which silence is legal. */
export type OptionalAnswer<T = undefined> = Answer<T> | Silent;

/** Succeeds with a message for the client and, for operations that have data, the data. */
export function ok(message?: string): Ok;
export function ok<T>(message: string, response: T | undefined): Ok<T>;
export function ok<T>(message = '', response?: T): Ok<T> {
  return response === undefined ? { tag: 'ok', message } : { tag: 'ok', message, response };
}

/** Fails with the text the client gets. */
export function failed(message: string): Failed {
  return { tag: 'failed', message };
}

/** Gives no answer; see {@link Silent}. */
export const silent: Silent = { tag: 'silent' };

/** What a handler learns about the request beside its content. */
export interface ControlContext {
  readonly lattice: string;
  /** The addressed host, from the subject; this host's own id for lattice-wide operations. */
  readonly hostId: string;
  /** The server's span of this request, to parent further spans; `undefined` when there is no trace. */
  readonly trace: SpanContext | undefined;
  /** What to add to log records about this request. */
  readonly logFields: LogFields;
}

type Awaitable<T> = T | Promise<T>;

/**
 * What a host implements: one method for each operation of the control interface.
 *
 * The server calls them concurrently. A method that throws is answered with `success: false` and the error's own
 * message (not that of its causes), so the message of an error thrown here is text for the client. An operation
 * whose outcome is told by events (scale, update, start) should answer first and work in the background.
 *
 * A handler must not await the server's `close()`, which waits for it; start it and return.
 */
export interface ControlHandlers {
  /** `host.ping`: every host answers. */
  pingHost(context: ControlContext): Awaitable<Answer<Host>>;
  /** `host.get.{host}` */
  getHostInventory(context: ControlContext): Awaitable<Answer<HostInventory>>;
  /** `host.stop.{host}` */
  stopHost(command: StopHostCommand, context: ControlContext): Awaitable<Answer>;

  /** `label.put.{host}` */
  putLabel(command: PutLabelCommand, context: ControlContext): Awaitable<Answer>;
  /** `label.del.{host}` */
  deleteLabel(command: DeleteLabelCommand, context: ControlContext): Awaitable<Answer>;

  /** `component.auction`: silence means "not me". Leave the method out to never bid. */
  auctionComponent?(
    request: ComponentAuctionRequest,
    context: ControlContext,
  ): Awaitable<OptionalAnswer<ComponentAuctionAck>>;
  /** `component.scale.{host}`: start, scale, stop. */
  scaleComponent(command: ScaleComponentCommand, context: ControlContext): Awaitable<Answer>;
  /** `component.update.{host}` */
  updateComponent(command: UpdateComponentCommand, context: ControlContext): Awaitable<Answer>;
  /** `component.canary.{host}`, of ours. Without the method the subject is unsupported, as on hosts of wasmCloud. */
  canaryComponent?(command: CanaryComponentCommand, context: ControlContext): Awaitable<Answer>;

  /** `provider.auction`: silence means "not me". Leave the method out to never bid. */
  auctionProvider?(
    request: ProviderAuctionRequest,
    context: ControlContext,
  ): Awaitable<OptionalAnswer<ProviderAuctionAck>>;
  /**
   * `provider.start.{host}`: silent when the reference is a builtin that is switched off here
   * (docs/spec/control-interface.md#5.2).
   */
  startProvider(command: StartProviderCommand, context: ControlContext): Awaitable<OptionalAnswer>;
  /** `provider.stop.{host}` */
  stopProvider(command: StopProviderCommand, context: ControlContext): Awaitable<Answer>;

  /** `link.get`: all links of the lattice. */
  getLinks(context: ControlContext): Awaitable<Answer<readonly Link[]>>;
  /** `link.put` */
  putLink(link: Link, context: ControlContext): Awaitable<Answer>;
  /** `link.del` */
  deleteLink(command: DeleteLinkCommand, context: ControlContext): Awaitable<Answer>;

  /** `config.get.{name}`: an unknown name is `ok('Configuration not found')`, without data. */
  getConfig(name: string, context: ControlContext): Awaitable<Answer<StringMap>>;
  /** `config.put.{name}` */
  putConfig(command: PutConfigCommand, context: ControlContext): Awaitable<Answer>;
  /** `config.del.{name}` */
  deleteConfig(name: string, context: ControlContext): Awaitable<Answer>;

  /** `claims.get`: all claims this host knows. */
  getClaims(context: ControlContext): Awaitable<Answer<readonly StoredClaims[]>>;
  /** `registry.put`: every host takes the credentials. */
  putRegistries(credentials: RegistryCredentials, context: ControlContext): Awaitable<Answer>;
}
