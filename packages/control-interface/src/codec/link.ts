import type { DeleteLinkCommand, DeleteLinkInput } from '../types/delete-link-command.js';
import type { InterfaceLinkDefinition } from '../types/interface-link-definition.js';
import { defaultLinkName, type Link, type LinkInput } from '../types/link.js';
import { type JsonObject, ObjectReader } from './json.js';

/** {@link Link} → JSON, with all defaults filled in. */
export function encodeLink(link: LinkInput): JsonObject {
  return {
    source_id: link.sourceId,
    target: link.target,
    name: link.name ?? defaultLinkName,
    wit_namespace: link.witNamespace,
    wit_package: link.witPackage,
    interfaces: link.interfaces,
    source_config: link.sourceConfig ?? [],
    target_config: link.targetConfig ?? [],
  };
}

/** JSON → {@link Link}. */
export function decodeLink(value: unknown): Link {
  return readLink(new ObjectReader(value, 'link'));
}

/** A {@link Link} within something larger, whose reader knows the path. */
export function readLink(reader: ObjectReader): Link {
  return {
    sourceId: reader.string('source_id'),
    target: reader.string('target'),
    name: reader.stringOr('name', defaultLinkName),
    witNamespace: reader.string('wit_namespace'),
    witPackage: reader.string('wit_package'),
    interfaces: reader.stringArray('interfaces'),
    sourceConfig: reader.stringArrayOr('source_config', []),
    targetConfig: reader.stringArrayOr('target_config', []),
  };
}

/** {@link DeleteLinkCommand} → JSON. */
export function encodeDeleteLinkCommand(command: DeleteLinkInput): JsonObject {
  return {
    source_id: command.sourceId,
    name: command.name ?? defaultLinkName,
    wit_namespace: command.witNamespace,
    wit_package: command.witPackage,
  };
}

/** JSON → {@link DeleteLinkCommand}. */
export function decodeDeleteLinkCommand(value: unknown): DeleteLinkCommand {
  const reader = new ObjectReader(value, 'link deletion');
  return {
    sourceId: reader.string('source_id'),
    name: reader.stringOr('name', defaultLinkName),
    witNamespace: reader.string('wit_namespace'),
    witPackage: reader.string('wit_package'),
  };
}

/** {@link InterfaceLinkDefinition} → JSON; secrets become arrays of numbers, or `null` (lattice-data.md §5.2). */
export function encodeInterfaceLinkDefinition(link: InterfaceLinkDefinition): JsonObject {
  return {
    source_id: link.sourceId,
    target: link.target,
    name: link.name,
    wit_namespace: link.witNamespace,
    wit_package: link.witPackage,
    interfaces: link.interfaces,
    source_config: link.sourceConfig,
    target_config: link.targetConfig,
    source_secrets: link.sourceSecrets === undefined ? null : Array.from(link.sourceSecrets),
    target_secrets: link.targetSecrets === undefined ? null : Array.from(link.targetSecrets),
  };
}

/** JSON → {@link InterfaceLinkDefinition}; configs that are left out are empty. */
export function decodeInterfaceLinkDefinition(value: unknown): InterfaceLinkDefinition {
  const reader = new ObjectReader(value, 'interface link definition');
  const sourceSecrets = reader.optionalBytes('source_secrets');
  const targetSecrets = reader.optionalBytes('target_secrets');
  return {
    sourceId: reader.string('source_id'),
    target: reader.string('target'),
    name: reader.stringOr('name', defaultLinkName),
    witNamespace: reader.string('wit_namespace'),
    witPackage: reader.string('wit_package'),
    interfaces: reader.stringArray('interfaces'),
    sourceConfig: reader.stringMapOr('source_config', {}),
    targetConfig: reader.stringMapOr('target_config', {}),
    ...(sourceSecrets === undefined ? {} : { sourceSecrets }),
    ...(targetSecrets === undefined ? {} : { targetSecrets }),
  };
}
