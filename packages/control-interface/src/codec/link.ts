import {
  type DeleteLinkCommand,
  type DeleteLinkInput,
  defaultLinkName,
  type Link,
  type LinkInput,
  type UndeliveredLink,
} from '../types/link.js';
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
    ...(command.target !== undefined && { target: command.target }),
  };
}

/** JSON → {@link DeleteLinkCommand}. */
export function decodeDeleteLinkCommand(value: unknown): DeleteLinkCommand {
  const reader = new ObjectReader(value, 'link deletion');
  const target = reader.optionalString('target');
  return {
    sourceId: reader.string('source_id'),
    name: reader.stringOr('name', defaultLinkName),
    witNamespace: reader.string('wit_namespace'),
    witPackage: reader.string('wit_package'),
    ...(target !== undefined && { target }),
  };
}

/** {@link UndeliveredLink} → JSON. */
export function encodeUndeliveredLink(link: UndeliveredLink): JsonObject {
  return {
    source_id: link.sourceId,
    target: link.target,
    name: link.name,
    wit_namespace: link.witNamespace,
    wit_package: link.witPackage,
    provider_id: link.providerId,
    state: link.state,
    reason: link.reason,
  };
}

function linkState(text: string): UndeliveredLink['state'] {
  return text === 'pending' || text === 'degraded' ? text : 'failed';
}

/** An {@link UndeliveredLink} within an inventory; a state that is not known is a failure. */
export function readUndeliveredLink(reader: ObjectReader): UndeliveredLink {
  return {
    sourceId: reader.string('source_id'),
    target: reader.string('target'),
    name: reader.stringOr('name', defaultLinkName),
    witNamespace: reader.string('wit_namespace'),
    witPackage: reader.string('wit_package'),
    providerId: reader.stringOr('provider_id', ''),
    state: linkState(reader.stringOr('state', '')),
    reason: reader.stringOr('reason', ''),
  };
}
