import {
  type ApplicationEvent,
  type ApplicationStatus,
  type ApplicationStore,
  type ApplicationSummary,
  type ApplicationVersion,
  DeployError,
  deployedDocument,
  findVersion,
  type LatticeView,
  type ManifestDocument,
  ManifestError,
  newestVersion,
  readDocument,
  readLattice,
  type StoredApplication,
  statusInLattice,
} from '@wasmlattice/applications';
import type { LatticeCommand } from '../command.js';
import type { ApplicationReads } from './applications.js';

/** Applications as the lattice remembers them, with what hosts tell of them now. */
export class RememberedApplications implements ApplicationReads {
  readonly #store: ApplicationStore;
  readonly #command: LatticeCommand;
  #lattice: Promise<LatticeView | undefined> | undefined;

  constructor(store: ApplicationStore, command: LatticeCommand) {
    this.#store = store;
    this.#command = command;
  }

  async list(): Promise<readonly ApplicationSummary[]> {
    const applications = await this.#store.list();
    return await Promise.all(
      applications.map(async (application) => {
        const { document, version } = newestVersion(application);
        return {
          name: application.name,
          version,
          description: document.metadata.annotations.description,
          deployedVersion: application.deployedVersion,
          status: await this.#statusOf(application),
        };
      }),
    );
  }

  async get(name: string, version?: string): Promise<ManifestDocument | undefined> {
    const application = await this.#store.get(name);
    if (application === undefined) return undefined;
    return version === undefined
      ? newestVersion(application).document
      : findVersion(application, version)?.document;
  }

  async versions(name: string): Promise<readonly ApplicationVersion[] | undefined> {
    const application = await this.#store.get(name);
    return application?.versions.map(({ version }) => ({
      version,
      deployed: version === application.deployedVersion,
    }));
  }

  async history(name: string): Promise<readonly ApplicationEvent[]> {
    return (await this.#store.get(name))?.history ?? [];
  }

  async status(name: string): Promise<ApplicationStatus> {
    const application = await this.#store.get(name);
    return application === undefined ? undeployed : await this.#statusOf(application);
  }

  async #statusOf(application: StoredApplication): Promise<ApplicationStatus> {
    const document = deployedDocument(application);
    if (document === undefined) return undeployed;
    // One look at the lattice for all applications.
    this.#lattice ??= this.#look();
    const lattice = await this.#lattice;
    if (lattice === undefined) return alone('waiting', 'no host answers');
    try {
      return statusInLattice(readDocument(document).manifest, lattice);
    } catch (error) {
      if (error instanceof ManifestError) return alone('failed', error.message);
      throw error;
    }
  }

  async #look(): Promise<LatticeView | undefined> {
    const { client, io, options } = this.#command;
    try {
      return await readLattice(client, { ...options, signal: io.signal });
    } catch (error) {
      if (error instanceof DeployError) return undefined;
      throw error;
    }
  }
}

const undeployed = alone('undeployed', '');

function alone(type: ApplicationStatus['status']['type'], message: string): ApplicationStatus {
  return { status: { type, message }, scalers: [] };
}
