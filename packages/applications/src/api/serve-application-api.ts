import { randomUUID } from 'node:crypto';
import { type JsonValue, jsonFromBytes, jsonToBytes } from '@wasmlattice/control-interface/codec';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { headers, type JetStreamClient, type Msg, type NatsConnection, type Subscription } from 'nats';
import type { ApplicationStore } from '../store/application-store.js';
import { ApplicationApi, type ManifestEvent } from './application-api.js';
import { type ApplicationStatus, decodeStatus } from './application-status.js';
import type { KeeperReport } from './keeper-report.js';
import {
  type ApiScope,
  apiWildcard,
  manifestEventSubject,
  parseApiSubject,
  statusSubject,
} from './subjects.js';

export interface ApplicationApiServerOptions {
  /** The *control* connection; it stays the caller's. */
  readonly connection: NatsConnection;
  /** For what a wadm has written of an application; the default domain of `connection` by default. */
  readonly jetstream?: JetStreamClient;
  readonly lattice: string;
  readonly store: ApplicationStore;
  /** What an application has come to. Where it knows nothing, what a wadm has written last counts. */
  readonly statusOf?: (
    name: string,
  ) => ApplicationStatus | undefined | Promise<ApplicationStatus | undefined>;
  /** Who carries out what is deployed, where somebody does. */
  readonly keeper?: () => KeeperReport | undefined;
  /** `wadm.api` by default. */
  readonly prefix?: string;
  /** Id of a host that serves it: replies have it in {@link servedByHeader}. */
  readonly servedBy?: string;
  readonly logger?: Logger;
}

/** wadm's API of one lattice, being served. */
export interface ApplicationApiServer extends AsyncDisposable {
  /** Accepts no further request, and resolves when those in flight are answered. May be called twice. */
  close(): Promise<void>;
}

/** A header of ours in replies of the API, by which a wadm is told from a host that serves it. */
export const servedByHeader = 'Wasmlattice-Host';

/** Of wadm: one of those that serve a lattice takes each request. */
const queueGroup = 'wadm_server';

/**
 * Answers `wadm.api.{lattice}.>`, so that `wash app …` and other clients of wadm find what they expect. Resolves once requests will
 * arrive; rejects when the server does not let this connection subscribe.
 *
 * Deploying stores what is to run and tells it as wadm does; carrying it out is for who watches the store.
 */
export async function serveApplicationApi(
  options: ApplicationApiServerOptions,
): Promise<ApplicationApiServer> {
  const server = new Server(options);
  await server.start();
  return server;
}

class Server implements ApplicationApiServer {
  readonly #options: ApplicationApiServerOptions;
  readonly #scope: ApiScope;
  readonly #api: ApplicationApi;
  readonly #logger: Logger;
  readonly #pending = new Set<Promise<void>>();
  #subscription: Subscription | undefined;

  constructor(options: ApplicationApiServerOptions) {
    const { keeper, lattice, logger = noopLogger, prefix, store } = options;
    this.#options = options;
    this.#scope = { lattice, prefix };
    this.#logger = logger;
    this.#api = new ApplicationApi({ store, logger, keeper, statusOf: (name) => this.#statusOf(name) });
  }

  async start(): Promise<void> {
    const { connection } = this.#options;
    const refused = Promise.withResolvers<never>();
    refused.promise.catch(() => {});
    const subscription = connection.subscribe(apiWildcard(this.#scope), {
      queue: queueGroup,
      callback: (error, message) => {
        if (error !== null) {
          refused.reject(error);
          return;
        }
        const answered = this.#answer(message).finally(() => this.#pending.delete(answered));
        this.#pending.add(answered);
      },
    });
    this.#subscription = subscription;
    try {
      // The answer to a flush comes after the refusal of a subscription.
      await Promise.race([connection.flush(), refused.promise]);
    } catch (error) {
      subscription.unsubscribe();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (!this.#options.connection.isClosed()) await this.#subscription?.drain().catch(() => {});
    await Promise.all(this.#pending);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(message: Msg): Promise<void> {
    const { data, headers: sent, subject } = message;
    const parsed = parseApiSubject(this.#scope, subject);
    try {
      if (parsed.kind === 'refused') {
        this.#reply(message, { result: 'error', message: parsed.reason });
        return;
      }
      const contentType = sent?.get('Content-Type');
      const { event, reply } = await this.#api.answer({
        ...parsed,
        body: data,
        contentType: contentType === '' ? undefined : contentType,
        subject,
      });
      if (event !== undefined) this.#tell(event);
      this.#reply(message, reply);
    } catch (error) {
      this.#logger.warn('a request about applications was not answered', { subject, error });
    }
  }

  #reply(message: Msg, reply: JsonValue): void {
    const { servedBy } = this.#options;
    if (servedBy === undefined) {
      message.respond(jsonToBytes(reply));
      return;
    }
    const replyHeaders = headers();
    replyHeaders.set(servedByHeader, servedBy);
    message.respond(jsonToBytes(reply), { headers: replyHeaders });
  }

  #tell({ data, kind }: ManifestEvent): void {
    const { connection, lattice } = this.#options;
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      type: `com.wadm.${kind}`,
      source: 'wadm',
      datacontenttype: 'application/json',
      time: new Date().toISOString(),
      data,
    };
    connection.publish(manifestEventSubject(lattice, kind), jsonToBytes(event));
  }

  async #statusOf(name: string): Promise<ApplicationStatus | undefined> {
    const known = await this.#options.statusOf?.(name);
    return known ?? (await this.#recordedStatus(name));
  }

  /** What a wadm has written last, where there is or was one. */
  async #recordedStatus(name: string): Promise<ApplicationStatus | undefined> {
    const { connection, lattice } = this.#options;
    const jetstream = this.#options.jetstream ?? connection.jetstream();
    try {
      const manager = await jetstream.jetstreamManager();
      const message = await manager.streams.getMessage('wadm_status', {
        last_by_subj: statusSubject(lattice, name),
      });
      return decodeStatus(jsonFromBytes(message.data, 'status of an application'));
    } catch (error) {
      this.#logger.debug('no status of an application has been written', { name, error });
      return undefined;
    }
  }
}
