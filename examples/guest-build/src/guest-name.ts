import { basename } from 'node:path';

/** `src/http-hello.ts` → `http-hello`. */
export function guestName(entry: string): string {
  return basename(entry).replace(/\.[cm]?[jt]s$/, '');
}
