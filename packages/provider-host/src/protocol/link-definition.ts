import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import {
  asBytes,
  asObject,
  asString,
  asStringMap,
  asStrings,
  type JsonObject,
  optionalField,
  parseObject,
  stringField,
} from './fields.js';

/** The wire form of a link for providers, members in upstream's order (docs/spec/lattice-data.md#5.2). */
export function linkToJson(link: InterfaceLinkDefinition): JsonObject {
  return {
    source_id: link.sourceId,
    target: link.target,
    name: link.name,
    wit_namespace: link.witNamespace,
    wit_package: link.witPackage,
    interfaces: link.interfaces,
    source_config: link.sourceConfig,
    target_config: link.targetConfig,
    source_secrets: bytesToJson(link.sourceSecrets),
    target_secrets: bytesToJson(link.targetSecrets),
  };
}

/** Inverse of {@link linkToJson}; missing configs are empty, a missing name is `default`. */
export function linkFromJson(value: unknown, what = 'link definition'): InterfaceLinkDefinition {
  const json = asObject(value, what);
  return {
    sourceId: stringField(json, 'source_id', what),
    target: stringField(json, 'target', what),
    name: stringField(json, 'name', what, 'default'),
    witNamespace: stringField(json, 'wit_namespace', what),
    witPackage: stringField(json, 'wit_package', what),
    interfaces: optionalField(json, 'interfaces', what, asStrings) ?? [],
    sourceConfig: optionalField(json, 'source_config', what, asStringMap) ?? {},
    targetConfig: optionalField(json, 'target_config', what, asStringMap) ?? {},
    sourceSecrets: optionalField(json, 'source_secrets', what, asBytes),
    targetSecrets: optionalField(json, 'target_secrets', what, asBytes),
  };
}

/** The payload of a link put. */
export function encodeLinkPut(link: InterfaceLinkDefinition): string {
  return JSON.stringify(linkToJson(link));
}

/**
 * The payload of a link delete: ids and names of the link, but neither its configs nor its secrets.
 *
 * @param hostId whose providers are meant, all of them without one. A field of ours: the subject is that of every process of the
 *   provider in the lattice, and wasmCloud's obey whoever is meant
 */
export function encodeLinkDelete(link: LinkIdentity, hostId?: string): string {
  const json = linkToJson({
    ...link,
    sourceConfig: {},
    targetConfig: {},
    sourceSecrets: undefined,
    targetSecrets: undefined,
  });
  return JSON.stringify(hostId === undefined ? json : { ...json, host_id: hostId });
}

/** Reads the payload of a link put. */
export function decodeLink(text: string): InterfaceLinkDefinition {
  return linkFromJson(parseObject(text, 'link definition'));
}

/** Reads the payload of a link delete. */
export function decodeLinkDelete(text: string): { readonly link: LinkIdentity; readonly hostId?: string } {
  const what = 'link definition';
  const json = parseObject(text, what);
  const hostId = optionalField(json, 'host_id', what, asString);
  return { link: linkFromJson(json), ...(hostId !== undefined && { hostId }) };
}

/** What tells one link from another, without its configs. A `Link` of the control interface is one, too. */
export type LinkIdentity = Pick<
  InterfaceLinkDefinition,
  'sourceId' | 'target' | 'name' | 'witNamespace' | 'witPackage' | 'interfaces'
>;

/** Secrets are number arrays on the wire, not base64, and `null` when there are none. */
function bytesToJson(bytes: Uint8Array | undefined): number[] | null {
  return bytes === undefined ? null : [...bytes];
}

/** One string for each link: source, target, name and package. Interfaces and configs may change under it. */
export function linkKey({ name, sourceId, target, witNamespace, witPackage }: LinkKeyParts): string {
  return JSON.stringify([sourceId, target, name, witNamespace, witPackage]);
}

type LinkKeyParts = Omit<LinkIdentity, 'interfaces'>;
