import type { ManifestDocument } from '../manifest/manifest-document.js';
import { ManifestError } from '../manifest/manifest-error.js';
import { parseManifest } from '../manifest/parse.js';
import { refusalOfWadm } from './refusal.js';

/** A manifest to be stored, or what is wrong with it. */
export type PutManifest =
  | { readonly kind: 'manifest'; readonly document: ManifestDocument }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads what `put` is sent. wadm's own words come first, as clients match on them; what it takes and we can't run is refused as well. */
export function readPutManifest(text: string, contentType: string | undefined): PutManifest {
  if (contentType !== undefined && contentType !== 'application/json' && contentType !== 'application/yaml') {
    return unparsable(`Unsupported content type ${contentType} given. Wadm supports YAML and JSON`);
  }
  if (contentType === 'application/json') {
    try {
      JSON.parse(text);
    } catch (error) {
      return unparsable(error instanceof Error ? error.message : 'it is not JSON');
    }
  }
  try {
    const { document } = parseManifest(text, 'manifest');
    const reason = refusalOfWadm(document);
    return reason === undefined ? { kind: 'manifest', document } : { kind: 'refused', reason };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const reason = error.document && refusalOfWadm(error.document);
    return reason === undefined ? unparsable(error.message) : { kind: 'refused', reason };
  }
}

function unparsable(reason: string): PutManifest {
  return { kind: 'refused', reason: `Unable to parse manifest: ${reason}` };
}
