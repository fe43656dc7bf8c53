import {
  type ApplicationMemory,
  type ApplicationStore,
  ApplicationStoreError,
  checkServing,
  configsOfPlan,
  deployedDocument,
  findVersion,
  type Manifest,
  type ManifestDocument,
  ManifestError,
  planDeploy,
  planUndeploy,
  readDocument,
  readLattice,
  type StoredApplication,
} from '@wasmlattice/applications';
import type { CliIo } from '../cli-io.js';
import type { LatticeCommand } from '../command.js';
import type { ManifestFile } from './application-source.js';
import type { Applications } from './applications.js';
import { type CarryOutSettings, carryOut } from './carry-out.js';
import { chooseVersion } from './choose-version.js';
import { writeDifferences } from './write-differences.js';

export interface DirectDeployment {
  readonly source: ManifestFile;
  /** The same with what is to be remembered of it. */
  readonly document: ManifestDocument;
  readonly digests: ReadonlyMap<string, string>;
}

type Direct = Extract<Applications, { readonly kind: 'direct' }>;

/**
 * Brings a lattice without a reconciler to the state of a manifest. It is remembered before anything is requested, so that whatever comes of
 * it is known to the next deployment; and as deployed once all is requested.
 */
export async function deployDirectly(
  { digests, document, source }: DirectDeployment,
  applications: Direct,
  command: LatticeCommand,
  settings: CarryOutSettings,
): Promise<void> {
  const { client, io, options } = command;
  const { manifest, folder } = source;
  const recalled = await recall(applications.store, manifest.name, io);
  const memory = recalled?.memory;
  const lattice = await readLattice(client, {
    ...options,
    configs: configsOfPlan(manifest, memory),
    signal: io.signal,
  });
  const plan = planDeploy(manifest, folder, lattice, { digests, memory });
  const before = recalled?.application && deployedDocument(recalled.application);
  if (before !== undefined) {
    writeDifferences(readable(before), readDocument(document).manifest, command);
  }
  const choice =
    recalled === undefined || settings.dryRun ? undefined : await chooseVersion(applications.reads, document);
  let version = choice?.kind === 'stored' ? choice.version : undefined;
  if (choice?.kind === 'new') {
    version = (await applications.store.put(choice.document)).version;
    if (choice.taken !== undefined) {
      io.err(`note: version ${choice.taken} has been put with other content: this is version ${version}\n`);
    }
  }
  await carryOut(plan, command, settings, `deployed ${manifest.name}`, async () => {
    if (version !== undefined) await applications.store.setDeployed(manifest.name, version);
    await checkServing(plan, {
      client,
      hostIds: lattice.hosts.map(({ hostId }) => hostId),
      requestTimeoutMs: options.timeoutMs,
      outcomeTimeoutMs: settings.waitMs,
      signal: io.signal,
    });
  });
}

/** Removes an application from a lattice without a reconciler. */
export async function undeployDirectly(
  manifest: Manifest,
  { store }: Direct,
  command: LatticeCommand,
  settings: CarryOutSettings,
): Promise<void> {
  const { client, io, options } = command;
  const recalled = await recall(store, manifest.name, io);
  const lattice = await readLattice(client, {
    ...options,
    configs: configsOfPlan(manifest, recalled?.memory),
    signal: io.signal,
  });
  const plan = planUndeploy(manifest, lattice, recalled?.memory);
  const isDeployed = recalled?.application?.deployedVersion !== undefined;
  if (plan.steps.length === 0 && !isDeployed && options.output === 'text') {
    for (const note of plan.notes) io.err(`note: ${note}\n`);
    io.out(`Application ${manifest.name} was already undeployed\n`);
    return;
  }
  await carryOut(plan, command, settings, `undeployed ${manifest.name}`, async () => {
    if (recalled?.application !== undefined) await store.setDeployed(manifest.name, undefined);
  });
}

interface Recalled {
  readonly application: StoredApplication | undefined;
  readonly memory: ApplicationMemory;
}

/** What the lattice remembers; deploying works without, and says what is missing then. */
export async function recall(
  store: ApplicationStore,
  name: string,
  io: CliIo,
): Promise<Recalled | undefined> {
  try {
    const all = await store.list();
    const application = all.find((each) => each.name === name);
    const manifests = (documents: readonly (ManifestDocument | undefined)[]): Manifest[] =>
      documents.flatMap((document) => (document === undefined ? [] : (readable(document) ?? [])));
    return {
      application,
      memory: {
        versions: manifests(application?.versions.map(({ document }) => document) ?? []),
        others: manifests(all.filter((each) => each !== application).map(deployedDocument)),
      },
    };
  } catch (error) {
    if (!(error instanceof ApplicationStoreError)) throw error;
    io.err(`note: ${error.message}: what leaves the manifest later stays where it is a link or a config\n`);
    return undefined;
  }
}

/** `undefined` for a manifest of others that we can't read. */
function readable(document: ManifestDocument): Manifest | undefined {
  try {
    return readDocument(document).manifest;
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

/** The version to undeploy: the one that is deployed, else the newest. */
export function manifestToUndeploy(application: StoredApplication): Manifest {
  const { deployedVersion, versions } = application;
  const deployed = deployedVersion === undefined ? undefined : findVersion(application, deployedVersion);
  return readDocument((deployed ?? versions.at(-1))?.document as ManifestDocument).manifest;
}
