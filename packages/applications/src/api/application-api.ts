import {
  DecodeError,
  type JsonObject,
  type JsonValue,
  jsonFromBytes,
  ObjectReader,
} from '@wasmlattice/control-interface/codec';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { type CanaryTerms, readCanaryTerms } from '../canary/canary.js';
import { canaryObstacle } from '../canary/canary-components.js';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import type { ApplicationStore } from '../store/application-store.js';
import { ApplicationStoreError } from '../store/application-store-error.js';
import { readDocument } from '../store/deployed-applications.js';
import {
  deployedDocument,
  findVersion,
  newestVersion,
  runningCanary,
  type StoredApplication,
  withCanaryEnded,
} from '../store/stored-application.js';
import { type ApplicationStatus, encodeStatus } from './application-status.js';
import { encodeKeeperReport, explainStatus, type KeeperReport } from './keeper-report.js';
import { readPutManifest } from './read-put-manifest.js';
import { listed } from './refusal.js';
import { missingShared, takenId } from './shared-components.js';

/** A request about applications. */
export interface ApiRequest {
  readonly operation: string;
  readonly name: string | undefined;
  readonly body: Uint8Array;
  /** Header `Content-Type`. */
  readonly contentType: string | undefined;
  /** Where it came from, for the reply to one that nobody knows. */
  readonly subject: string;
}

/** What a request comes to. */
export interface ApiOutcome {
  readonly reply: JsonValue;
  /** What the lattice is told before the reply is sent. */
  readonly event?: ManifestEvent;
}

/** An application is to run, or no longer. */
export type ManifestEvent =
  | { readonly kind: 'manifest_published'; readonly data: ManifestDocument }
  | { readonly kind: 'manifest_unpublished'; readonly data: { readonly name: string } };

export interface ApplicationApiOptions {
  readonly store: ApplicationStore;
  /** What an application has come to; `undefined` when nothing is known. */
  readonly statusOf: (name: string) => Promise<ApplicationStatus | undefined>;
  /** Who carries out what is deployed; `undefined` where that is not known. */
  readonly keeper?: (() => KeeperReport | undefined) | undefined;
  readonly logger?: Logger;
}

const waiting = 'Waiting for status: Lattice contains no hosts, deployment not started.';
const undeployed: ApplicationStatus = { status: { type: 'undeployed', message: '' }, scalers: [] };
const unknown: ApplicationStatus = {
  status: { type: 'waiting', message: 'what runs is not known yet' },
  scalers: [],
};
const accepted: ApplicationStatus = {
  status: { type: 'reconciling', message: 'it is to run, and is about to be started' },
  scalers: [],
};

/**
 * wadm's API over the applications of a lattice: its operations, results and texts (docs/spec/wadm.md#1).
 * Where it has traps, the numbers in the comments are those of docs/spec/wadm.md#7.
 */
export class ApplicationApi {
  readonly #store: ApplicationStore;
  readonly #statusOf: ApplicationApiOptions['statusOf'];
  readonly #keeper: ApplicationApiOptions['keeper'];
  readonly #logger: Logger;

  constructor({ keeper, logger, statusOf, store }: ApplicationApiOptions) {
    this.#store = store;
    this.#statusOf = statusOf;
    this.#keeper = keeper;
    this.#logger = logger ?? noopLogger;
  }

  /** Answers a request; never rejects. */
  async answer(request: ApiRequest): Promise<ApiOutcome> {
    try {
      return await this.#dispatch(request);
    } catch (error) {
      if (error instanceof RefusedRequest) return failed(error.message);
      this.#logger.error('a request about applications failed', { subject: request.subject, error });
      const isTheirs =
        error instanceof ApplicationStoreError && ['bad-name', 'taken', 'too-large'].includes(error.code);
      return failed(isTheirs ? error.message : 'Internal storage error', emptyLists(request));
    }
  }

  async #dispatch({ body, contentType, name, operation, subject }: ApiRequest): Promise<ApiOutcome> {
    switch (operation) {
      case 'list':
        if (name === undefined) return { reply: await this.#summaries() };
        break;
      case 'put':
        if (name === undefined) return await this.#put(body, contentType);
        break;
      case 'get':
        return name === undefined ? await this.#getAll() : await this.#get(name, versionIn(body, 'get'));
      case 'versions':
        if (name !== undefined) return await this.#versions(name);
        break;
      case 'history':
        if (name !== undefined) return await this.#history(name);
        break;
      case 'status':
        if (name !== undefined) return await this.#status(name);
        break;
      case 'del':
        if (name !== undefined) return await this.#delete(name, versionIn(body, 'delete'));
        break;
      case 'deploy':
        if (name !== undefined) return await this.#deploy(name, versionIn(body, 'deploy'));
        break;
      case 'canary':
        if (name !== undefined) return await this.#canary(name, body);
        break;
      case 'promote':
        if (name !== undefined) return await this.#endCanary(name, 'promoted');
        break;
      case 'rollback':
        if (name !== undefined) return await this.#endCanary(name, 'rolled-back');
        break;
      case 'undeploy':
        if (name !== undefined) {
          versionIn(body, 'undeploy');
          return await this.#undeploy(name);
        }
        break;
    }
    return failed(`Unsupported subject: ${subject}`);
  }

  async #put(body: Uint8Array, contentType: string | undefined): Promise<ApiOutcome> {
    const read = readPutManifest(new TextDecoder().decode(body), contentType);
    if (read.kind === 'refused') throw new RefusedRequest(read.reason);
    const { document } = read;
    const { name } = document.metadata;
    const missing = missingShared(document, await this.#store.list());
    try {
      const { application, previous = '', version } = await this.#store.put(document);
      const total = application.versions.length;
      const note =
        missing.length === 0 ? '' : `, but some shared components are not deployed: ${listed(missing)}`;
      return {
        reply: {
          result: total === 1 ? 'created' : 'newversion',
          total_versions: total,
          current_version: version,
          // The version is the previous one, as wadm has it.
          message: `Successfully put manifest ${name} ${previous}${note}`,
          name,
        },
      };
    } catch (error) {
      // Clients look for the words of this message (trap 3).
      if (error instanceof ApplicationStoreError && error.code === 'version-exists') {
        throw new RefusedRequest(error.message);
      }
      throw error;
    }
  }

  async #get(name: string, version: string | undefined): Promise<ApiOutcome> {
    const application = await this.#store.get(name);
    if (application === undefined) return { reply: notFound(name) };
    const found = version === undefined ? newestVersion(application) : findVersion(application, version);
    if (found === undefined) {
      const message = `Application ${name} with version ${version} doesn't exist`;
      return { reply: { result: 'notfound', message } };
    }
    const message = [
      'Successfully fetched application',
      name,
      ...(version === undefined ? [] : [version]),
    ].join(' ');
    return { reply: { result: 'success', message, manifest: found.document } };
  }

  async #getAll(): Promise<ApiOutcome> {
    const models = await this.#summaries();
    return {
      reply: { result: 'success', message: 'Successfully fetched list of applications', models },
    };
  }

  async #summaries(): Promise<JsonObject[]> {
    const applications = await this.#store.list();
    return await Promise.all(
      applications.map(async (application) =>
        summaryOf(application, await this.#current(application.name, application)),
      ),
    );
  }

  async #versions(name: string): Promise<ApiOutcome> {
    const application = await this.#store.get(name);
    if (application === undefined) return { reply: { ...notFound(name), versions: [] } };
    return {
      reply: {
        result: 'success',
        message: `Successfully fetched versions for application ${name}`,
        versions: application.versions.map(({ version }) => ({
          version,
          deployed: version === application.deployedVersion,
        })),
      },
    };
  }

  /** wadm has no history, and answers with an error. */
  async #history(name: string): Promise<ApiOutcome> {
    const application = await this.#store.get(name);
    if (application === undefined) return { reply: { ...notFound(name), history: [] } };
    return {
      reply: {
        result: 'success',
        message: `Successfully fetched history of application ${name}`,
        history: application.history.map((event) => ({ ...event })),
      },
    };
  }

  async #status(name: string): Promise<ApiOutcome> {
    const application = await this.#store.get(name);
    const known = await this.#current(name, application);
    const isDeployed = application !== undefined && deployedDocument(application) !== undefined;
    const status = known ?? (isDeployed ? unknown : undeployed);
    const keeper = this.#keeper?.();
    return {
      reply: {
        result: 'ok',
        message: `Successfully fetched status for application ${name}`,
        status: encodeStatus(keeper === undefined ? status : explainStatus(status, keeper)),
        ...(keeper !== undefined && { keeper: encodeKeeperReport(keeper) }),
      },
    };
  }

  /** What an application has come to; `undefined` when that is not known. */
  async #current(
    name: string,
    application: StoredApplication | undefined,
  ): Promise<ApplicationStatus | undefined> {
    const known = await this.#statusOf(name);
    if (known?.status.type !== 'undeployed') return known;
    // Who carries it out can't tell an application that never ran.
    if (application === undefined || wasPutAlone(application)) return undeployed;
    // It was deployed a moment ago, and who carries it out has not read that yet.
    return deployedDocument(application) === undefined ? known : accepted;
  }

  async #delete(name: string, version: string | undefined): Promise<ApiOutcome> {
    const { deleted, known, left, wasDeployed } = await this.#store.delete(name, version);
    const event: ManifestEvent = { kind: 'manifest_unpublished', data: { name } };
    if (!deleted) {
      const message = known
        ? `Application version ${version} doesn't exist`
        : `Application ${name} doesn't exist or was already deleted`;
      return { reply: { result: 'noop', message, undeploy: false }, event };
    }
    if (left > 0) {
      return {
        reply: {
          result: 'deleted',
          message: `Successfully deleted version ${version} of application ${name}`,
          undeploy: wasDeployed,
        },
        ...(wasDeployed && { event }),
      };
    }
    const what = version === undefined ? 'application' : 'last version of application';
    return {
      reply: { result: 'deleted', message: `Successfully deleted ${what} ${name}`, undeploy: true },
      event,
    };
  }

  async #deploy(name: string, asked: string | undefined): Promise<ApiOutcome> {
    const application = await this.#store.get(name);
    if (application === undefined) return { reply: { ...notFound(name), name, version: asked ?? null } };
    const version = asked === undefined || asked === 'latest' ? newestVersion(application).version : asked;
    const document = findVersion(application, version)?.document;
    if (document === undefined) return { reply: noVersion(name, version) };
    const others = await this.#store.list();
    const taken = takenId(document, others);
    if (taken !== undefined) {
      throw new RefusedRequest(
        `Component identifier '${taken.id}' is already deployed in a different application '${taken.application}'.`,
      );
    }
    const missing = missingShared(document, others);
    if (missing.length > 0) {
      throw new RefusedRequest(
        `Application contains shared components that are not deployed in other applications: ${listed(missing)}`,
      );
    }
    if ((await this.#store.setDeployed(name, version)) === undefined)
      return { reply: noVersion(name, version) };
    return {
      reply: {
        result: 'acknowledged',
        message: `Successfully deployed application ${name} ${version}`,
        name,
        version,
      },
      event: { kind: 'manifest_published', data: document },
    };
  }

  /** Deploys a version for a part of the calls. Not of wadm. */
  async #canary(name: string, body: Uint8Array): Promise<ApiOutcome> {
    const { terms, version: asked } = canaryIn(body);
    const application = await this.#store.get(name);
    if (application === undefined) return { reply: { ...notFound(name), name, version: asked ?? null } };
    const version = asked ?? newestVersion(application).version;
    const changed = await this.#store.change(name, (current) => {
      const next = findVersion(current, version)?.document;
      if (next === undefined) throw new RefusedRequest(noVersionText(name, version));
      const deployed = deployedDocument(current);
      if (deployed === undefined) {
        throw new RefusedRequest(
          `Application ${name} is not deployed: there is nothing to run a canary beside`,
        );
      }
      const running = runningCanary(current);
      if (running !== undefined && running.version !== version) {
        throw new RefusedRequest(
          `A canary of version ${running.version} of application ${name} runs already: promote it or roll it back first`,
        );
      }
      const obstacle = canaryObstacle(readDocument(deployed).manifest, readDocument(next).manifest);
      if (obstacle !== undefined) {
        throw new RefusedRequest(`Version ${version} of application ${name} can't be a canary: ${obstacle}`);
      }
      const watchedMs = running?.watchedMs ?? 0;
      return { ...current, canary: { version, ...terms, state: 'running', watchedMs, reason: '' } };
    });
    if (changed === undefined) return { reply: { ...notFound(name), name, version } };
    return {
      reply: {
        result: 'acknowledged',
        message: `Running version ${version} of application ${name} beside ${changed.deployedVersion}`,
        name,
        version,
      },
    };
  }

  /** Ends a canary by hand. Not of wadm. */
  async #endCanary(name: string, state: 'promoted' | 'rolled-back'): Promise<ApiOutcome> {
    let version = '';
    const at = new Date().toISOString();
    const application = await this.#store.change(name, (current) => {
      const canary = runningCanary(current);
      if (canary === undefined) throw new RefusedRequest(`No canary of application ${name} runs`);
      version = canary.version;
      return withCanaryEnded(current, { state, reason: 'by hand' }, at);
    });
    if (application === undefined) return { reply: { ...notFound(name), name, version: null } };
    const document = deployedDocument(application);
    const done = state === 'promoted' ? 'Promoted' : 'Rolled back';
    return {
      reply: {
        result: 'acknowledged',
        message: `${done} the canary of version ${version} of application ${name}`,
        name,
        version,
      },
      ...(state === 'promoted' &&
        document !== undefined && { event: { kind: 'manifest_published', data: document } }),
    };
  }

  async #undeploy(name: string): Promise<ApiOutcome> {
    const change = await this.#store.setDeployed(name, undefined);
    if (change === undefined) return { reply: { ...notFound(name), name, version: null } };
    const message =
      change.previous === undefined
        ? `Application ${name} was already undeployed`
        : `Successfully undeployed application ${name}`;
    return {
      reply: { result: 'acknowledged', message, name, version: null },
      event: { kind: 'manifest_unpublished', data: { name } },
    };
  }
}

/** A request that is answered by an error of its own words. */
class RefusedRequest extends Error {}

function failed(message: string, lists: JsonObject = {}): ApiOutcome {
  return { reply: { result: 'error', message, ...lists } };
}

/** Clients can't read these replies without their lists (trap 2). */
function emptyLists({ name, operation }: ApiRequest): JsonObject {
  if (operation === 'versions') return { versions: [] };
  return operation === 'get' && name === undefined ? { models: [] } : {};
}

function notFound(name: string): JsonObject {
  return { result: 'notfound', message: `Application with the name ${name} not found` };
}

function noVersionText(name: string, version: string): string {
  return `Application with the name '${name}' does not have a version '${version}' to deploy`;
}

function noVersion(name: string, version: string): JsonObject {
  return {
    result: 'error',
    message: noVersionText(name, version),
    name,
    version,
  };
}

/** Whether it was never deployed, as far as its history tells, which a wadm drops. */
function wasPutAlone({ deployedVersion, history }: StoredApplication): boolean {
  return (
    deployedVersion === undefined && history.length > 0 && history.every(({ action }) => action === 'put')
  );
}

function summaryOf(application: StoredApplication, status: ApplicationStatus | undefined): JsonObject {
  const newest = newestVersion(application);
  const known = status ?? { status: { type: 'waiting', message: waiting }, scalers: [] };
  return {
    name: application.name,
    version: newest.version,
    description: newest.document.metadata.annotations.description ?? null,
    deployed_version:
      deployedDocument(application) === undefined ? null : (application.deployedVersion ?? null),
    detailed_status: encodeStatus(known),
    // For clients that are older than the word `waiting`.
    status: known.status.type === 'waiting' ? 'undeployed' : known.status.type,
    status_message: known.status.message,
  };
}

/** What a canary is to be. */
function canaryIn(body: Uint8Array): { readonly version: string | undefined; readonly terms: CanaryTerms } {
  try {
    const reader = new ObjectReader(jsonFromBytes(body, 'canary request'), 'canary request');
    const terms = readCanaryTerms(reader);
    if (terms.share <= 0 || terms.share > 1) {
      throw new RefusedRequest('The share of a canary is above 0 and at most 100 % of the calls');
    }
    return { version: reader.optionalString('version'), terms };
  } catch (error) {
    if (error instanceof DecodeError)
      throw new RefusedRequest(`Unable to parse canary request: ${error.message}`);
    throw error;
  }
}

/** The version that a request names; none in an empty one. */
function versionIn(body: Uint8Array, request: string): string | undefined {
  if (body.length === 0) return undefined;
  try {
    return new ObjectReader(JSON.parse(new TextDecoder().decode(body)), 'request').optionalString('version');
  } catch (error) {
    const why = error instanceof DecodeError ? error.message : 'it is not JSON';
    throw new RefusedRequest(`Unable to parse ${request} application request: ${why}`);
  }
}
