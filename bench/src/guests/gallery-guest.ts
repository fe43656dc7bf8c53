import { buildGallery, type Language } from '@wasmlattice/example-gallery';
import { cacheFolder } from '../cache-folder.js';
import type { Skipped } from '../measurement.js';

export interface GalleryGuestFile {
  readonly file: string;
}

/**
 * Builds one guest of the gallery, or says what this machine lacks for it. What a registry has to give is installed beside what
 * `pnpm gallery` uses.
 */
export async function galleryGuest(language: Language, name: string): Promise<GalleryGuestFile | Skipped> {
  const guests = language.guests.filter((guest) => guest.name === name);
  const [built] = await buildGallery({
    languages: [{ ...language, guests }],
    cacheRoot: cacheFolder,
    report: reportProgress,
  });
  switch (built?.outcome) {
    case 'built':
      return { file: built.file };
    case 'skipped':
      return { skipped: built.reason };
    case 'failed':
      throw new Error(`the guest ${language.name}/${name} could not be built`, { cause: built.error });
    case undefined:
      throw new RangeError(`the gallery has no guest ${language.name}/${name}`);
  }
}

/** For what takes minutes. */
export function reportProgress(message: string): void {
  process.stderr.write(`    ${message}\n`);
}
