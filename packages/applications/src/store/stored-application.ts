import type { Canary } from '../canary/canary.js';
import { type ManifestDocument, versionOf, withVersion } from '../manifest/manifest-document.js';

/** An application as a lattice remembers it: every version that was put, and which of them is to run. */
export interface StoredApplication {
  readonly name: string;
  /** In the order in which they were put; the last one is the newest, whatever it is called. At least one. */
  readonly versions: readonly StoredVersion[];
  /** The version that is to run; absent when none is. */
  readonly deployedVersion: string | undefined;
  /** What was done with it, oldest first. wadm does not write this down, and drops what we wrote. */
  readonly history: readonly ApplicationEvent[];
  /** The last canary, until another version is deployed. wadm drops it. */
  readonly canary?: Canary | undefined;
}

export interface StoredVersion {
  readonly version: string;
  readonly document: ManifestDocument;
}

export interface ApplicationEvent {
  /** RFC 3339 in UTC. */
  readonly at: string;
  readonly action: 'put' | 'deployed' | 'undeployed';
  /** Absent for `undeployed`. */
  readonly version?: string;
}

/** More are of no use to people, and all of an application is one record. */
const maxEvents = 100;

export function newestVersion({ versions }: StoredApplication): StoredVersion {
  // There is one, see above.
  return versions.at(-1) as StoredVersion;
}

export function findVersion({ versions }: StoredApplication, version: string): StoredVersion | undefined {
  return versions.find((each) => each.version === version);
}

/** What is to run. */
export function deployedDocument(application: StoredApplication): ManifestDocument | undefined {
  const { deployedVersion } = application;
  return deployedVersion === undefined ? undefined : findVersion(application, deployedVersion)?.document;
}

/** The version that ran before the one that is deployed now, as far as that is known; else the one put before it. */
export function previousVersion({
  deployedVersion,
  history,
  versions,
}: Pick<StoredApplication, 'deployedVersion' | 'history'> & {
  readonly versions: readonly Pick<StoredVersion, 'version'>[];
}): string | undefined {
  const before = history.findLast(
    ({ action, version }) =>
      action === 'deployed' &&
      version !== deployedVersion &&
      versions.some((each) => each.version === version),
  );
  if (before !== undefined) return before.version;
  const at = versions.findIndex(({ version }) => version === deployedVersion);
  return at < 0 ? versions.at(-1)?.version : versions[at - 1]?.version;
}

/**
 * Adds a manifest as the newest version, under the name its annotation gives, else under a new one that sorts by time.
 *
 * @returns `undefined` when there is a version of that name already
 */
export function addVersion(
  application: StoredApplication | undefined,
  document: ManifestDocument,
  now: { readonly at: string; readonly newVersion: () => string },
): StoredApplication | undefined {
  const version = versionOf(document) ?? now.newVersion();
  if (application !== undefined && findVersion(application, version) !== undefined) return undefined;
  const added = { version, document: withVersion(document, version) };
  return told(
    {
      name: document.metadata.name,
      versions: [...(application?.versions ?? []), added],
      deployedVersion: application?.deployedVersion,
      history: application?.history ?? [],
    },
    { at: now.at, action: 'put', version },
  );
}

/** Without one version; `undefined` when it was the last one. What is deployed may be gone with it. */
export function withoutVersion(
  application: StoredApplication,
  version: string,
  at: string,
): StoredApplication | undefined {
  const versions = application.versions.filter((each) => each.version !== version);
  if (versions.length === 0) return undefined;
  if (application.canary?.version === version) {
    return withoutVersion({ ...application, canary: undefined }, version, at);
  }
  const isDeployed = application.deployedVersion === version;
  return isDeployed
    ? told({ ...application, versions, deployedVersion: undefined }, { at, action: 'undeployed' })
    : { ...application, versions };
}

/** With another version to run, or with none. */
export function withDeployed(
  application: StoredApplication,
  version: string | undefined,
  at: string,
): StoredApplication {
  return told(
    { ...application, deployedVersion: version, canary: undefined },
    version === undefined ? { at, action: 'undeployed' } : { at, action: 'deployed', version },
  );
}

/** The canary that runs of an application. */
export function runningCanary({ canary }: StoredApplication): Canary | undefined {
  return canary?.state === 'running' ? canary : undefined;
}

/** With the end of its canary: the new version is the deployed one, or the old one stays. */
export function withCanaryEnded(
  application: StoredApplication,
  { reason, state }: Pick<Canary, 'reason'> & { readonly state: 'promoted' | 'rolled-back' },
  at: string,
): StoredApplication {
  const canary = runningCanary(application);
  if (canary === undefined) return application;
  const ended: Canary = { ...canary, state, reason };
  if (state === 'rolled-back') return { ...application, canary: ended };
  return { ...withDeployed(application, canary.version, at), canary: ended };
}

/** Without the oldest versions that are not deployed, until `fits`; two versions stay whatever their size. */
export function pruned(
  application: StoredApplication,
  fits: (application: StoredApplication) => boolean,
): StoredApplication {
  let left = application;
  while (!fits(left) && left.versions.length > 2) {
    const oldest = left.versions.find(
      ({ version }) => version !== left.deployedVersion && version !== left.canary?.version,
    );
    left = { ...left, versions: left.versions.filter((each) => each !== oldest) };
  }
  return left;
}

function told(application: StoredApplication, event: ApplicationEvent): StoredApplication {
  return { ...application, history: [...application.history, event].slice(-maxEvents) };
}
