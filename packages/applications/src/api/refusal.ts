import type { JsonObject, JsonValue } from '@wasmlattice/control-interface/codec';
import { isLabelKey } from '../manifest/label-key.js';
import type { ManifestDocument } from '../manifest/manifest-document.js';

const secretPolicy = 'policy.secret.wasmcloud.dev/v1alpha1';

/**
 * What wadm 0.21 says of a manifest that it refuses, the first mistake in its order (docs/spec/wadm.md#2.3);
 * `undefined` for one that it takes. Clients match on its words.
 */
export function refusalOfWadm(document: ManifestDocument): string | undefined {
  const { metadata } = document;
  const name = metadata.name.trim();
  if (metadata.annotations.version === 'latest') {
    return 'invalid manifest version, errors: "latest is not allowed in wadm"';
  }
  if (!/^[-_\p{L}\p{N}\p{M}]+$/u.test(name)) {
    return `Manifest name ${name} contains invalid characters. Manifest names can only contain alphanumeric characters, dashes, and underscores.`;
  }
  const components = document.spec.components;
  return (
    badKey('label', metadata.labels ?? {}) ??
    badKey('annotation', metadata.annotations) ??
    twice(components.map(nameOf), (each) => `Duplicate component name in manifest: ${each}`) ??
    twice(components.flatMap(idOf), (each) => `Duplicate component identifier in manifest: ${each}`) ??
    missingTargets(components) ??
    badSecrets(document) ??
    first(components, badProperties) ??
    first(components, sameLinks) ??
    twice(components.flatMap(linkConfigs), (each) => `Duplicate link config name found: '${each}'`)
  );
}

function badKey(what: string, entries: Readonly<Record<string, string>>): string | undefined {
  const entry = Object.entries(entries).find(([key]) => !isLabelKey(key));
  return entry && `Invalid OAM ${what}: (${JSON.stringify(entry[0])}, ${JSON.stringify(entry[1])})`;
}

function missingTargets(components: readonly JsonObject[]): string | undefined {
  const names = new Set(components.map(nameOf));
  const missing = new Set(
    components
      .flatMap(linksOf)
      .map((link) => nameOf(objectOf(link.target)))
      .filter((name) => !names.has(name)),
  );
  if (missing.size === 0) return undefined;
  return `The following capability component(s) are missing from the manifest: ${listed([...missing])}`;
}

function badSecrets({ spec }: ManifestDocument): string | undefined {
  const policies = new Map((spec.policies ?? []).map((policy) => [policy.name, policy]));
  return first(spec.components.flatMap(secretsOf), (secret) => {
    const policyName = objectOf(secret.properties).policy;
    const policy = policies.get(policyName);
    if (policy === undefined) return `secret '${nameOf(secret)}' is mapped to unknown policy '${policyName}'`;
    if (policy.type !== secretPolicy) {
      return `secret '${nameOf(secret)}' is mapped to policy '${policyName}' which is not a secret policy. Expected type '${secretPolicy}'`;
    }
    if (objectOf(policy.properties).backend !== undefined) return undefined;
    return `secret '${nameOf(secret)}' is mapped to policy '${policyName}' which does not include a 'backend' property`;
  });
}

function badProperties(component: JsonObject): string | undefined {
  const { application, config, image, secrets } = objectOf(component.properties);
  if (image !== undefined && application !== undefined) {
    return "Component cannot have both 'image' and 'application' properties";
  }
  if (image === undefined && application === undefined) {
    return "Component must have either 'image' or 'application' property";
  }
  if (application === undefined) return undefined;
  const shared = nameOf(objectOf(application));
  if (listOf(config).length > 0) return `Shared component '${shared}' cannot specify additional 'config'`;
  if (listOf(secrets).length > 0) return `Shared component '${shared}' cannot specify additional 'secrets'`;
  const isScaled = listOf(component.traits).some(
    ({ type }) => type === 'spreadscaler' || type === 'daemonscaler',
  );
  return isScaled ? `Shared component '${shared}' cannot include a scaler trait` : undefined;
}

function sameLinks(component: JsonObject): string | undefined {
  const links = linksOf(component).flatMap(({ interfaces, name = 'default', namespace, package: of }) =>
    (Array.isArray(interfaces) ? interfaces : []).map((each) => `${name} (${namespace}:${of}/${each})`),
  );
  return twice(links, (each) => `Duplicate link found inside component '${nameOf(component)}': ${each}`);
}

/** Names of configs that links define; of the target first. */
function linkConfigs(component: JsonObject): string[] {
  return linksOf(component).flatMap(({ source, target }) =>
    [target, source].flatMap((side) =>
      listOf(objectOf(side).config)
        .filter(({ properties }) => properties !== undefined)
        .map(nameOf),
    ),
  );
}

function secretsOf(component: JsonObject): readonly JsonObject[] {
  const ofLinks = linksOf(component).flatMap(({ source, target }) =>
    [target, source].flatMap((side) => listOf(objectOf(side).secrets)),
  );
  return [...ofLinks, ...listOf(objectOf(component.properties).secrets)];
}

function linksOf(component: JsonObject): readonly JsonObject[] {
  return listOf(component.traits)
    .filter(({ type }) => type === 'link')
    .map(({ properties }) => objectOf(properties));
}

function idOf({ properties }: JsonObject): string[] {
  const { id } = objectOf(properties);
  return typeof id === 'string' ? [id] : [];
}

function nameOf({ name }: JsonObject): string {
  return String(name);
}

function twice(names: readonly string[], describe: (name: string) => string): string | undefined {
  const name = names.find((each, index) => names.indexOf(each) < index);
  return name === undefined ? undefined : describe(name);
}

function first<T>(items: readonly T[], problem: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A list of texts as Rust shows it. */
export function listed(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(', ')}]`;
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
