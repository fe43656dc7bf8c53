import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobstoreFsSettings } from '@wasmlattice/provider-host/config-schema';

/** The directory of a link (docs/spec/provider.md#10.6); by default one for the component in the system's directory for temporary files. */
export function rootOf({ ROOT }: BlobstoreFsSettings, sourceId: string): string {
  return ROOT ?? join(tmpdir(), sourceId.replaceAll(/[^-\w]/g, '_'));
}
