import { DecodeError, ObjectReader } from '@wasmlattice/control-interface/codec';
import { isMap, isScalar, parseDocument } from 'yaml';
import { decodeCanary, encodeCanary } from '../canary/canary.js';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import type { ApplicationEvent, StoredApplication } from './stored-application.js';

/**
 * The record of an application, as wadm has it (docs/spec/wadm.md#3): `{"manifests": {version: manifest}, "deployed_version": …}`, and our
 * `history` and `canary`, which wadm passes over.
 */
export function encodeApplication({ canary, deployedVersion, history, versions }: StoredApplication): string {
  // Not an object of versions: JavaScript would bring names such as "10" and "9" into another order.
  const manifests = versions.map(
    ({ document, version }) => `${JSON.stringify(version)}:${JSON.stringify(document)}`,
  );
  const rest = {
    deployed_version: deployedVersion ?? null,
    history,
    ...(canary !== undefined && { canary: encodeCanary(canary) }),
  };
  return `{"manifests":{${manifests.join(',')}},${JSON.stringify(rest).slice(1)}`;
}

/**
 * The inverse.
 *
 * @throws DecodeError for what is no such record
 */
export function decodeApplication(text: string): StoredApplication {
  const what = 'record of an application';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DecodeError(what, undefined, 'is not JSON');
  }
  const reader = new ObjectReader(json, what);
  const manifests = reader.value('manifests');
  if (typeof manifests !== 'object' || manifests === null || Array.isArray(manifests)) {
    throw new DecodeError(what, 'manifests', 'is not an object');
  }
  const versions = orderedKeys(manifests, text).map((version) => ({
    version,
    document: (manifests as Readonly<Record<string, ManifestDocument>>)[version] as ManifestDocument,
  }));
  const name = versions.at(-1)?.document?.metadata?.name;
  if (typeof name !== 'string') throw new DecodeError(what, 'manifests', 'names no application');
  const deployed = reader.value('deployed_version');
  const history = reader.value('history');
  return {
    name,
    versions,
    deployedVersion: typeof deployed === 'string' ? deployed : undefined,
    history: Array.isArray(history) ? history.filter(isEvent) : [],
    ...(reader.has('canary') && { canary: decodeCanary(reader.value('canary')) }),
  };
}

/** The names of the versions as the text has them: JavaScript puts whole numbers first. */
function orderedKeys(manifests: object, text: string): string[] {
  const keys = Object.keys(manifests);
  if (keys.length < 2 || !keys.some((key) => /^\d+$/.test(key))) return keys;
  const versions = parseDocument(text).get('manifests');
  if (!isMap(versions)) return keys;
  return versions.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []));
}

function isEvent(value: unknown): value is ApplicationEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { action, at } = value as Partial<ApplicationEvent>;
  return typeof at === 'string' && ['put', 'deployed', 'undeployed'].includes(String(action));
}
