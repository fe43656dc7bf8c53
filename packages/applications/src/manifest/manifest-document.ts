import type { StringMap } from '@wasmlattice/control-interface';
import type { JsonObject, JsonValue } from '@wasmlattice/control-interface/codec';
import { BareScalar } from './document-values.js';

/**
 * A manifest as it is stored and sent: in the form in which wadm 0.21 writes it, old spellings replaced, empty lists and maps left out
 * (docs/spec/wadm.md#2).
 */
export interface ManifestDocument extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations: StringMap;
    readonly labels?: StringMap;
  };
  readonly spec: { readonly components: readonly JsonObject[]; readonly policies?: readonly JsonObject[] };
}

/** The version that a manifest names, if it does. */
export function versionOf({ metadata }: ManifestDocument): string | undefined {
  return metadata.annotations.version;
}

export function withVersion(document: ManifestDocument, version: string): ManifestDocument {
  const { metadata } = document;
  return {
    ...document,
    metadata: { ...metadata, annotations: { ...metadata.annotations, version } },
  };
}

/** The same with other images, such as absolute ones. */
export function mapImages(document: ManifestDocument, map: (image: string) => string): ManifestDocument {
  const components = document.spec.components.map((component) => {
    const properties = objectOf(component.properties);
    if (typeof properties.image !== 'string') return component;
    return { ...component, properties: { ...properties, image: map(properties.image) } };
  });
  return { ...document, spec: { ...document.spec, components } };
}

/** Whether two manifests say the same, whatever version they are called. */
export function isSameDocument(one: ManifestDocument, other: ManifestDocument): boolean {
  return canonical(withVersion(one, '')) === canonical(withVersion(other, ''));
}

function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, each: JsonValue) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

/** Brings the values of a manifest that has been read without a mistake into their stored form. */
export function storedForm(values: unknown): ManifestDocument {
  const root = objectOf(values);
  const metadata = objectOf(root.metadata);
  const spec = objectOf(root.spec);
  const labels = writtenTexts(metadata.labels);
  const policies = listOf(spec.policies).map((each) => objectOf(plain(each)));
  return {
    apiVersion: String(root.apiVersion),
    kind: String(root.kind),
    metadata: {
      name: writtenText(metadata.name),
      annotations: writtenTexts(metadata.annotations),
      ...(Object.keys(labels).length > 0 && { labels }),
    },
    spec: {
      components: listOf(spec.components).map(storedComponent),
      ...(policies.length > 0 && { policies }),
    },
  };
}

function storedComponent(value: unknown): JsonObject {
  const { name, properties, traits, type } = objectOf(value);
  return {
    name: String(name),
    type: type === 'actor' ? 'component' : String(type),
    properties: withoutEmpty(objectOf(plain(properties)), ['config', 'secrets']),
    ...(traits !== undefined && traits !== null && { traits: listOf(traits).map(storedTrait) }),
  };
}

function storedTrait(value: unknown): JsonObject {
  const { type, properties } = objectOf(value);
  const members = objectOf(plain(properties));
  switch (type) {
    case 'link':
      return { type, properties: storedLink(members) };
    case 'spreadscaler':
    case 'daemonscaler': {
      const { instances, replicas, ...rest } = members;
      return {
        type,
        properties: { instances: replicas ?? instances ?? 0, ...withoutEmpty(rest, ['spread']) },
      };
    }
    default:
      return { type: String(type), properties: members };
  }
}

function storedLink(members: JsonObject): JsonObject {
  const { source, source_config: sourceConfig, target, target_config: targetConfig, ...rest } = members;
  const ofSource = withoutEmpty(
    source === undefined ? { config: sourceConfig ?? [] } : objectOf(source),
    sides,
  );
  const ofTarget =
    typeof target === 'string' ? { name: target, config: targetConfig ?? [] } : objectOf(target);
  return {
    ...rest,
    ...(Object.keys(ofSource).length > 0 && { source: ofSource }),
    target: withoutEmpty(ofTarget, sides),
  };
}

const sides = ['config', 'secrets'];

function withoutEmpty(members: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([key, value]) => !names.includes(key) || listOf(value).length > 0),
  );
}

/** The value without what stands for an absent one. */
function plain(value: unknown): JsonValue {
  if (value instanceof BareScalar) return value.value as JsonValue;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value as JsonValue;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([key, member]) => [key, plain(member)]),
  );
}

function writtenText(value: unknown): string {
  return value instanceof BareScalar ? value.source : String(value);
}

function writtenTexts(value: unknown): StringMap {
  return Object.fromEntries(Object.entries(objectOf(value)).map(([key, text]) => [key, writtenText(text)]));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof BareScalar)
  );
}
