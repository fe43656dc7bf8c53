import { readFile } from 'node:fs/promises';
import type { StringMap } from '@wasmlattice/control-interface/types';
import { ProviderConfigError } from '../../errors.js';
import type { HttpClientRequest } from './http-clients.js';

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the provider config of the built-in HTTP client (docs/spec/provider.md#10). Throws a {@link ProviderConfigError} naming the key.
 */
export async function readHttpClientSettings(
  config: StringMap,
): Promise<Omit<HttpClientRequest, 'providerId'>> {
  const native = flag(config, 'load_native_certs');
  const webpki = flag(config, 'load_webpki_certs');
  const file = config.ssl_certs_file;
  return {
    defaultAuthorities: native || webpki,
    authorities: file === undefined ? [] : await readCertificates(file),
  };
}

/** As upstream reads them: anything but `true` is false. */
function flag(config: StringMap, key: string): boolean {
  const text = config[key];
  return text === undefined || text.toLowerCase() === 'true';
}

async function readCertificates(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProviderConfigError(`ssl_certs_file ${file} can't be read: ${reason}`, { cause });
  }
  const found = text.match(certificate);
  if (found === null) throw new ProviderConfigError(`ssl_certs_file ${file} holds no certificate in PEM`);
  return found;
}
