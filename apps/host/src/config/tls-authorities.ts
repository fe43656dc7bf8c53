import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from './config-error.js';
import { settings } from './settings.js';

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates in the PEM files of a setting, one text each.
 *
 * @throws ConfigError for a file that can't be read or holds no certificate
 */
export async function readAuthorities(
  setting: 'httpClientCa' | 'tlsCaPath',
  files: readonly string[],
): Promise<string[]> {
  const { flag, variable } = settings[setting];
  const found = await Promise.all(
    files.map(async (file) => {
      const refuse = (problem: string): ConfigError =>
        new ConfigError(`--${flag} (also ${variable}): ${file} ${problem}`, {
          flag,
          ...(variable !== undefined && { variable }),
        });
      const text = await readFile(file, 'utf8').catch((cause: Error) => {
        throw refuse(`can't be read: ${cause.message}`);
      });
      const certificates = text.match(pemCertificate) ?? [];
      if (certificates.length === 0) throw refuse('holds no certificate in PEM');
      if (!certificates.every(isCertificate)) throw refuse('holds a certificate that does not decode');
      return certificates;
    }),
  );
  return found.flat();
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
