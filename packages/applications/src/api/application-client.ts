import {
  DecodeError,
  type JsonObject,
  jsonFromBytes,
  jsonToBytes,
  ObjectReader,
} from '@wasmlattice/control-interface/codec';
import { ErrorCode, headers, type Msg, type NatsConnection, NatsError } from 'nats';
import { type CanaryTerms, encodeCanaryTerms } from '../canary/canary.js';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import type { ApplicationEvent } from '../store/stored-application.js';
import { ApplicationApiError, type ApplicationApiErrorCode } from './application-api-error.js';
import { type ApplicationStatus, decodeStatus } from './application-status.js';
import { decodeKeeperReport, type KeeperReport, withoutExplanation } from './keeper-report.js';
import { type ApiOperation, apiSubject } from './subjects.js';

/** wadm's API of one lattice, from a client's side: our hosts and wadm serve it. Every operation rejects with an {@link ApplicationApiError}. */
export interface ApplicationClient {
  /** Whether somebody serves the API. */
  isServed(): Promise<boolean>;
  list(): Promise<readonly ApplicationSummary[]>;
  /** The newest version, or the one named; `undefined` when there is none. */
  get(name: string, version?: string): Promise<ManifestDocument | undefined>;
  /** Versions in the order in which they were put; `undefined` when there is no such application. */
  versions(name: string): Promise<readonly ApplicationVersion[] | undefined>;
  /** What was done with an application, oldest first; nothing where a wadm serves, which does not write it down. */
  history(name: string): Promise<readonly ApplicationEvent[]>;
  status(name: string): Promise<ToldStatus>;
  /** @returns the version that was put */
  put(document: ManifestDocument): Promise<string>;
  /** @returns the version that is to run */
  deploy(name: string, version?: string): Promise<string>;
  /**
   * Runs a version beside the deployed one, where a host of ours serves.
   *
   * @returns the version
   */
  canary(name: string, version: string | undefined, terms: CanaryTerms): Promise<string>;
  /** Ends a canary; resolves to what was done, in the server's words. */
  endCanary(name: string, end: 'promote' | 'rollback'): Promise<string>;
  /** Resolves to what was done, in the server's words. */
  undeploy(name: string): Promise<string>;
  delete(name: string, version?: string): Promise<{ readonly deleted: boolean; readonly message: string }>;
}

/** What an application has come to, as who serves the API tells it. */
export interface ToldStatus extends ApplicationStatus {
  /** Who carries it out; absent where a wadm does. */
  readonly keeper?: KeeperReport;
}

export interface ApplicationSummary {
  readonly name: string;
  /** The newest. */
  readonly version: string;
  readonly description: string | undefined;
  readonly deployedVersion: string | undefined;
  readonly status: ApplicationStatus;
}

export interface ApplicationVersion {
  readonly version: string;
  readonly deployed: boolean;
}

export interface ApplicationClientOptions {
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** How long to wait for a reply, in ms; 10,000 by default, as long as wash waits. */
  readonly timeoutMs?: number;
}

export function createApplicationClient(options: ApplicationClientOptions): ApplicationClient {
  return new Client(options);
}

class Client implements ApplicationClient {
  readonly #connection: NatsConnection;
  readonly #lattice: string;
  readonly #timeoutMs: number;

  constructor({ connection, lattice, timeoutMs = 10_000 }: ApplicationClientOptions) {
    this.#connection = connection;
    this.#lattice = lattice;
    this.#timeoutMs = timeoutMs;
  }

  async isServed(): Promise<boolean> {
    try {
      await this.list();
      return true;
    } catch (error) {
      if (error instanceof ApplicationApiError && error.code === 'no-responders') return false;
      throw error;
    }
  }

  async list(): Promise<readonly ApplicationSummary[]> {
    const reply = await this.#send('list', undefined, {});
    if (!Array.isArray(reply)) throw new ApplicationApiError('refused', messageOf(reply));
    return reply.map((each: unknown): ApplicationSummary => {
      const reader = new ObjectReader(each, 'application');
      return {
        name: reader.string('name'),
        version: reader.string('version'),
        description: reader.optionalString('description'),
        deployedVersion: reader.optionalString('deployed_version'),
        status: decodeStatus(reader.value('detailed_status')),
      };
    });
  }

  async get(name: string, version?: string): Promise<ManifestDocument | undefined> {
    const reply = await this.#ask('get', name, version === undefined ? {} : { version });
    // The server has checked it when it was put.
    return reply.result === 'notfound' ? undefined : (reply.body.value('manifest') as ManifestDocument);
  }

  async versions(name: string): Promise<readonly ApplicationVersion[] | undefined> {
    const reply = await this.#ask('versions', name, {});
    if (reply.result === 'notfound') return undefined;
    const versions = reply.body.value('versions');
    return (Array.isArray(versions) ? versions : []).map((each: unknown) => {
      const reader = new ObjectReader(each, 'version');
      return { version: reader.string('version'), deployed: reader.booleanOr('deployed', false) };
    });
  }

  async history(name: string): Promise<readonly ApplicationEvent[]> {
    try {
      const { body } = await this.#ask('history', name, {});
      const history = body.value('history');
      return Array.isArray(history) ? (history as ApplicationEvent[]) : [];
    } catch (error) {
      if (error instanceof ApplicationApiError && error.code === 'refused') return [];
      throw error;
    }
  }

  async status(name: string): Promise<ToldStatus> {
    const { body } = await this.#ask('status', name, {});
    const keeper = decodeKeeperReport(body.value('keeper'));
    const status = decodeStatus(body.value('status'));
    return keeper === undefined ? status : { ...withoutExplanation(status, keeper), keeper };
  }

  async put(document: ManifestDocument): Promise<string> {
    const { body } = await this.#ask('put', undefined, document);
    return body.string('current_version');
  }

  async deploy(name: string, version?: string): Promise<string> {
    const { body, message, result } = await this.#ask(
      'deploy',
      name,
      version === undefined ? {} : { version },
    );
    if (result === 'notfound') throw new ApplicationApiError('not-found', message);
    return body.stringOr('version', version ?? '');
  }

  async canary(name: string, version: string | undefined, terms: CanaryTerms): Promise<string> {
    const wanted = { ...encodeCanaryTerms(terms), ...(version !== undefined && { version }) };
    const { body, message, result } = await this.#ask('canary', name, wanted);
    if (result === 'notfound') throw new ApplicationApiError('not-found', message);
    return body.stringOr('version', version ?? '');
  }

  async endCanary(name: string, end: 'promote' | 'rollback'): Promise<string> {
    const { message, result } = await this.#ask(end, name, {});
    if (result === 'notfound') throw new ApplicationApiError('not-found', message);
    return message;
  }

  async undeploy(name: string): Promise<string> {
    const { message, result } = await this.#ask('undeploy', name, {});
    if (result === 'notfound') throw new ApplicationApiError('not-found', message);
    return message;
  }

  async delete(
    name: string,
    version?: string,
  ): Promise<{ readonly deleted: boolean; readonly message: string }> {
    const { message, result } = await this.#ask('del', name, version === undefined ? {} : { version });
    return { deleted: result === 'deleted', message };
  }

  /** Asks, and rejects for a reply that tells an error. */
  async #ask(
    operation: ApiOperation,
    name: string | undefined,
    body: JsonObject | ManifestDocument,
  ): Promise<{ readonly result: string; readonly message: string; readonly body: ObjectReader }> {
    const reply = await this.#send(operation, name, body);
    const reader = new ObjectReader(reply, `reply to ${operation}`);
    const result = reader.string('result');
    if (result === 'error') throw new ApplicationApiError('refused', messageOf(reply));
    return { result, message: messageOf(reply), body: reader };
  }

  async #send(
    operation: ApiOperation,
    name: string | undefined,
    body: JsonObject | ManifestDocument,
  ): Promise<unknown> {
    const subject = apiSubject({ lattice: this.#lattice }, operation, name);
    const json = headers();
    json.set('Content-Type', 'application/json');
    let message: Msg;
    try {
      message = await this.#connection.request(subject, jsonToBytes(body), {
        timeout: this.#timeoutMs,
        ...(operation === 'put' && { headers: json }),
      });
    } catch (error) {
      throw unanswered(error, operation);
    }
    try {
      return jsonFromBytes(message.data, `reply to ${operation}`);
    } catch (cause) {
      throw new ApplicationApiError('bad-reply', `${operation}: the reply is not JSON`, { cause });
    }
  }
}

function unanswered(cause: unknown, operation: string): unknown {
  if (!(cause instanceof NatsError)) {
    return cause instanceof DecodeError
      ? new ApplicationApiError('bad-reply', cause.message, { cause })
      : cause;
  }
  const [code, why] = reasons[cause.code] ?? (['not-sent', cause.message] as const);
  return new ApplicationApiError(code, `applications, ${operation}: ${why}`, { cause });
}

const reasons: Readonly<Record<string, readonly [ApplicationApiErrorCode, string]>> = {
  [ErrorCode.NoResponders]: ['no-responders', 'nobody serves the API of wadm in this lattice'],
  [ErrorCode.Timeout]: ['timeout', 'who serves the API of wadm does not answer'],
  [ErrorCode.PermissionsViolation]: ['not-sent', 'this user may not use the API of wadm'],
};

function messageOf(reply: unknown): string {
  return new ObjectReader(reply, 'reply').stringOr('message', '');
}
