import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Values that nothing but their owners may ever have. */
export function createMarkers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `marker-${index}-${randomBytes(12).toString('hex')}`);
}

/** Something that was written, with a name for the report. */
export interface Written {
  readonly where: string;
  readonly bytes: Uint8Array;
}

/** Every file below the folders. */
export async function filesBelow(...folders: readonly string[]): Promise<Written[]> {
  const found: Written[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const where = join(entry.parentPath, entry.name);
      found.push({ where, bytes: await readFile(where) });
    }
  }
  return found;
}

/** Where markers are, one line each: as they are, in base64 at any offset, in hexadecimal, and as numbers of bytes. */
export function findMarkers(markers: readonly string[], written: readonly Written[]): string[] {
  const forms = markers.map((marker) => ({ marker, forms: formsOf(marker) }));
  return written.flatMap(({ where, bytes }) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return forms
      .filter((each) => each.forms.some((form) => buffer.includes(form)))
      .map(({ marker }) => `${marker} in ${where}`);
  });
}

function formsOf(marker: string): string[] {
  const bytes = Buffer.from(marker);
  return [
    marker,
    bytes.toString('hex'),
    [...bytes].join(','),
    ...[0, 1, 2].map((offset) => base64At(bytes, offset)),
  ];
}

/** The characters of base64 that depend on the bytes alone, when so many others stand before them. */
function base64At(bytes: Uint8Array, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const start = offset === 0 ? 0 : offset + 1;
  return whole.slice(start, whole.length - 2);
}
