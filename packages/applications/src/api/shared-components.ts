import type { JsonObject } from '@wasmlattice/control-interface/codec';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import { deployedDocument, type StoredApplication } from '../store/stored-application.js';

const sharedAnnotation = 'experimental.wasmcloud.dev/shared';

/** Names of components that a manifest takes of applications which are not deployed, or do not share them. */
export function missingShared(
  document: ManifestDocument,
  applications: readonly StoredApplication[],
): readonly string[] {
  const shared = applications
    .map(deployedDocument)
    .filter((each) => each?.metadata.annotations[sharedAnnotation] === 'true');
  const isThere = (reference: JsonObject, type: unknown): boolean =>
    shared.some(
      (each) =>
        each?.metadata.name === reference.name &&
        each?.spec.components.some(
          (component) => component.name === reference.component && component.type === type,
        ),
    );
  return document.spec.components.flatMap(({ name, properties, type }) => {
    const { application } = (properties ?? {}) as { readonly application?: JsonObject };
    return application === undefined || isThere(application, type) ? [] : [String(name)];
  });
}

/** An id that a manifest names, and the deployed application that names the same. */
export function takenId(
  document: ManifestDocument,
  applications: readonly StoredApplication[],
): { readonly id: string; readonly application: string } | undefined {
  for (const id of idsOf(document)) {
    const other = applications.find((each) => {
      const deployed = each.name === document.metadata.name ? undefined : deployedDocument(each);
      return deployed !== undefined && idsOf(deployed).includes(id);
    });
    if (other !== undefined) return { id, application: other.name };
  }
  return undefined;
}

function idsOf({ spec }: ManifestDocument): string[] {
  return spec.components.flatMap(({ properties }) => {
    const { id } = (properties ?? {}) as { readonly id?: unknown };
    return typeof id === 'string' ? [id] : [];
  });
}
