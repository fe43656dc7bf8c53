import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { BlobstoreFailure } from '@wasmlattice/blobstore';
import { hasCode } from './file-failure.js';

/** Where data waits until it is complete; no container can have this name. */
export const partialFolder = '.wasmlattice-partial';

/** @throws BlobstoreFailure for a name that is no single directory below the root */
export function containerPath(root: string, container: string): string {
  if (!isFileName(container) || container.includes('/') || container === partialFolder) {
    throw new BlobstoreFailure(
      `${JSON.stringify(container)} is no name for a container: use one that can be the name of a directory`,
    );
  }
  return join(root, container);
}

/** Objects may be in folders: `2026/november.csv`. @throws BlobstoreFailure for a name that leaves the container */
export function objectPath(root: string, container: string, object: string): string {
  const parts = object.split('/');
  if (!parts.every(isFileName)) {
    throw new BlobstoreFailure(
      `${JSON.stringify(object)} is no name for an object: use parts that can be names of files, with slashes between them`,
    );
  }
  return join(containerPath(root, container), ...parts);
}

function isFileName(part: string): boolean {
  if (part === '' || part === '.' || part === '..' || part.includes('\0')) return false;
  return sep === '/' || !/[\\:]/.test(part);
}

/**
 * Follows symbolic links: someone may have put one into the root by hand that leads out of it.
 *
 * @param root real path of the root
 * @param path need not exist; then what exists of it counts
 * @throws BlobstoreFailure when it is not below the root
 */
export async function assertBelow(root: string, path: string): Promise<void> {
  for (let existing = path; ; existing = dirname(existing)) {
    try {
      const real = await realpath(existing);
      if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return;
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR') && existing !== dirname(existing)) continue;
      throw error;
    }
    throw new BlobstoreFailure('the name leads out of the root directory through a symbolic link');
  }
}
