import type { Canary } from '../canary/canary.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import type { StoredApplication } from './stored-application.js';

/**
 * The applications of a lattice: what was put, and what is to run. Several programs may change it at once: each change is carried out on
 * the newest record, or not at all.
 *
 * Every operation rejects with an `ApplicationStoreError`.
 */
export interface ApplicationStore {
  /** All applications, by name. */
  list(): Promise<readonly StoredApplication[]>;
  get(name: string): Promise<StoredApplication | undefined>;
  /** Adds a manifest as the newest version; one without a version gets a new one. Deploys nothing. */
  put(document: ManifestDocument): Promise<PutApplication>;
  /** Forgets a version, or all of an application. Nothing that runs is touched. */
  delete(name: string, version?: string): Promise<DeletedApplication>;
  /**
   * Says which version is to run, or that none is. Nothing is started or stopped.
   *
   * @returns `undefined` when there is no such application, or it has no such version
   */
  setDeployed(name: string, version: string | undefined): Promise<DeployedChange | undefined>;
  /**
   * Changes an application on its newest record; `edit` may be called several times.
   *
   * @returns what is stored in the end; `undefined` when there is no such application
   */
  change(
    name: string,
    edit: (current: StoredApplication) => StoredApplication,
  ): Promise<StoredApplication | undefined>;
  /**
   * What is to run, by name: now, and again after each change, until the signal. A consumer that is slow sees the last of several
   * changes. Rejects when the bucket is gone or the connection closed.
   */
  watch(options?: { readonly signal?: AbortSignal }): AsyncIterable<readonly DeployedApplication[]>;
}

export interface PutApplication {
  readonly application: StoredApplication;
  /** The version that was put. */
  readonly version: string;
  /** The newest version before. */
  readonly previous: string | undefined;
}

export interface DeletedApplication {
  /** Whether there was anything to delete. */
  readonly deleted: boolean;
  /** Whether it was deployed. */
  readonly wasDeployed: boolean;
  /** Versions that are left. */
  readonly left: number;
  /** Whether there is, or was, an application of this name. */
  readonly known: boolean;
}

export interface DeployedChange {
  readonly application: StoredApplication;
  /** What was to run before. */
  readonly previous: string | undefined;
}

/** An application that is to run. */
export interface DeployedApplication {
  readonly name: string;
  readonly version: string;
  readonly document: ManifestDocument;
  /** Absent when the manifest, put by somebody else, is none that we can run. */
  readonly manifest: Manifest | undefined;
  /** Why there is no `manifest`. */
  readonly problem: string | undefined;
  /** Its canary, running or over. */
  readonly canary?: Canary | undefined;
  /** What a canary that runs says; absent when that is none that we can run. */
  readonly canaryManifest?: Manifest | undefined;
}
