import { InvalidComponentError } from './errors.js';

/** What a file is, told by its first eight bytes. */
export type BinaryKind = 'component' | 'core-module' | 'unknown';

/** `\0asm`, then version and layer, each 16 bits little-endian. */
const magic = [0x00, 0x61, 0x73, 0x6d];

export const preambleLength = 8;
const coreVersion = 0x01;
const componentVersion = 0x0d;
const coreLayer = 0;
const componentLayer = 1;

/** Tells a component from a core module and from anything else. Looks at the first eight bytes only. */
export function detectBinary(bytes: Uint8Array): BinaryKind {
  if (!startsWithMagic(bytes)) return 'unknown';
  const { version, layer } = readVersion(bytes);
  if (layer === componentLayer && version === componentVersion) return 'component';
  if (layer === coreLayer && version === coreVersion) return 'core-module';
  return 'unknown';
}

/**
 * @throws InvalidComponentError that says what the bytes are instead, and how to get a component from them.
 */
export function assertComponent(bytes: Uint8Array): void {
  switch (detectBinary(bytes)) {
    case 'component':
      return;
    case 'core-module':
      throw new InvalidComponentError(
        'expected a WebAssembly component, found a core module: build for a component target, or wrap it with `wasm-tools component new`',
        4,
      );
    case 'unknown': {
      if (!startsWithMagic(bytes)) {
        throw new InvalidComponentError(
          `expected a WebAssembly component, found ${describeStart(bytes)}: check that the file is a .wasm binary`,
          0,
        );
      }
      const { version, layer } = readVersion(bytes);
      throw new InvalidComponentError(
        `expected a WebAssembly component of version 0x0d, layer 1, found version 0x${version.toString(16)}, layer ${layer}: build it with a current toolchain`,
        4,
      );
    }
  }
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return bytes.length >= preambleLength && magic.every((byte, index) => bytes[index] === byte);
}

function readVersion(bytes: Uint8Array): { version: number; layer: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { version: view.getUint16(4, true), layer: view.getUint16(6, true) };
}

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = bytes.subarray(0, preambleLength);
  const hex = Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `a file that starts with ${hex}`;
}
