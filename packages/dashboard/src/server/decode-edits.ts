import { DecodeError, decodeStringMap, ObjectReader } from '@wasmlattice/control-interface/codec';
import type { Link } from '@wasmlattice/control-interface/types';
import type { ConfigEdit, LinkEdit } from '../model/edits.js';
import { linkKey } from '../model/lattice-rows.js';
import type { SentRequest } from '../model/traces.js';

/** JSON → {@link ConfigEdit}. Throws a `DecodeError`. */
export function decodeConfigEdit(value: unknown): ConfigEdit {
  const reader = new ObjectReader(value, 'config edit');
  const name = reader.string('name');
  const read = (field: string) => {
    const side = reader.value(field) ?? undefined;
    return side === undefined ? undefined : decodeStringMap(side, `config ${name}`);
  };
  return { name, before: read('before'), after: read('after') };
}

/** JSON → {@link LinkEdit}. Throws a `DecodeError`, also for two links that are not the same one. */
export function decodeLinkEdit(value: unknown): LinkEdit {
  const reader = new ObjectReader(value, 'link edit');
  const read = (field: string) => {
    const side = reader.value(field) ?? undefined;
    return side === undefined ? undefined : decodeLink(side);
  };
  const [before, after] = [read('before'), read('after')];
  if (before === undefined && after === undefined) {
    throw new DecodeError('link edit', undefined, 'has neither a link before nor one after');
  }
  if (before !== undefined && after !== undefined && linkKey(before) !== linkKey(after)) {
    throw new DecodeError('link edit', 'after', 'must be the link that is in "before"');
  }
  return { before, after };
}

/** JSON → {@link SentRequest}. Throws a `DecodeError`. */
export function decodeSentRequest(value: unknown): SentRequest {
  const reader = new ObjectReader(value, 'request');
  return {
    method: reader.string('method'),
    pathWithQuery: reader.string('pathWithQuery'),
    headers: decodeStringMap(reader.value('headers'), 'headers of the request'),
    body: reader.optionalString('body'),
  };
}

function decodeLink(value: unknown): Link {
  const reader = new ObjectReader(value, 'link');
  return {
    sourceId: reader.string('sourceId'),
    target: reader.string('target'),
    name: reader.stringOr('name', 'default'),
    witNamespace: reader.string('witNamespace'),
    witPackage: reader.string('witPackage'),
    interfaces: reader.stringArray('interfaces'),
    sourceConfig: reader.stringArrayOr('sourceConfig', []),
    targetConfig: reader.stringArrayOr('targetConfig', []),
  };
}
