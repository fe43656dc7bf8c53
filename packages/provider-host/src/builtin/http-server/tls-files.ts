import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ProviderConfigError } from '../../errors.js';
import type { TlsMaterial } from './http-targets.js';

/** Where a server has its certificate from. */
export interface TlsFiles {
  /** PEM: its certificate, then those of the authorities in between. */
  readonly certFile: string;
  /** PEM: its private key. */
  readonly keyFile: string;
}

/** How often the files are looked at, in ms: a look is a call of the system, and follows links that are put elsewhere. */
const lookMs = 2_000;

/** @throws ProviderConfigError for files that can't be read or do not belong together */
export async function readTls({ certFile, keyFile }: TlsFiles): Promise<TlsMaterial> {
  const [cert, key] = await Promise.all([
    readPem('tls_cert_file', certFile),
    readPem('tls_priv_key_file', keyFile),
  ]);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProviderConfigError(
      `tls_cert_file ${certFile} and tls_priv_key_file ${keyFile} are no certificate in PEM and its key: ${reason}`,
      { cause },
    );
  }
  return { cert, key };
}

/** Calls back whenever one of the files changes, until the returned function is called. */
export function watchTls(
  { certFile, keyFile }: TlsFiles,
  onChange: () => void,
  intervalMs: number = lookMs,
): () => void {
  const files = new Set([certFile, keyFile]);
  for (const file of files) watchFile(file, { interval: intervalMs, persistent: false }, onChange);
  return () => {
    for (const file of files) unwatchFile(file, onChange);
  };
}

export function sameFiles(a: TlsFiles | undefined, b: TlsFiles | undefined): boolean {
  return a?.certFile === b?.certFile && a?.keyFile === b?.keyFile;
}

async function readPem(key: string, file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProviderConfigError(`${key} ${file} can't be read: ${reason}`, { cause });
  }
  // OpenSSL would do without: who writes a file anew empties it first.
  if (text === '') throw new ProviderConfigError(`${key} ${file} is empty`);
  return text;
}
