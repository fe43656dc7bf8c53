import { hasJspi } from './web-assembly.js';

/** This Node.js can't suspend WebAssembly. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';
}

/** @throws UnsupportedPlatformError before Node.js 26 */
export function assertPlatform(): void {
  if (hasJspi) return;
  throw new UnsupportedPlatformError(
    `components need Node.js 26 or later (JavaScript Promise Integration); this is ${process.version}`,
  );
}
