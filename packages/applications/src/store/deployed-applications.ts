import type { Manifest } from '../manifest/manifest.js';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import { ManifestError } from '../manifest/manifest-error.js';
import { type ParsedManifest, parseManifest } from '../manifest/parse.js';
import type { DeployedApplication } from './application-store.js';
import {
  deployedDocument,
  findVersion,
  runningCanary,
  type StoredApplication,
} from './stored-application.js';

/** Those of `applications` that are to run, by name. */
export function deployedApplications(
  applications: readonly StoredApplication[],
): readonly DeployedApplication[] {
  return applications
    .flatMap((application): DeployedApplication[] => {
      const { deployedVersion: version, name } = application;
      const document = deployedDocument(application);
      if (version === undefined || document === undefined) return [];
      try {
        const { manifest } = readDocument(document);
        const { canary } = application;
        const canaryManifest = canaryManifestOf(application);
        return [
          {
            name,
            version,
            document,
            manifest,
            problem: undefined,
            ...(canary && { canary }),
            ...(canaryManifest && { canaryManifest }),
          },
        ];
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        return [{ name, version, document, manifest: undefined, problem: error.message }];
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function canaryManifestOf(application: StoredApplication): Manifest | undefined {
  const canary = runningCanary(application);
  const document = canary && findVersion(application, canary.version)?.document;
  try {
    return document && readDocument(document).manifest;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return undefined;
  }
}

/**
 * Reads a manifest that was stored or sent.
 *
 * @throws ManifestError for one that we can't run
 */
export function readDocument(document: ManifestDocument): ParsedManifest {
  return parseManifest(JSON.stringify(document), document.metadata.name, { hasPositions: false });
}
