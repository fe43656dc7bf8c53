import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, createTestAuthority } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { decodeHostData } from '../../protocol/index.js';
import type { RunningProvider } from '../../provider.js';
import { startHttpClientProvider } from './http-client-provider.js';
import type { HttpClientRequest } from './http-clients.js';

const id = 'client';

function start(
  config: Readonly<Record<string, string>>,
  served: HttpClientRequest[] = [],
): Promise<RunningProvider> {
  const clients = {
    async serve(request: HttpClientRequest) {
      served.push(request);
      return { close: async () => void served.splice(0) };
    },
  };
  const hostData = { ...decodeHostData(Buffer.from('{}').toString('base64')), config };
  return startHttpClientProvider({ clients }, { id, loadHostData: async () => hostData });
}

describe('built-in HTTP client', () => {
  it('serves with the certificates of Node.js until it is stopped', async () => {
    const served: HttpClientRequest[] = [];
    const provider = await start({}, served);
    expect(served).toEqual([{ providerId: id, defaultAuthorities: true, authorities: [] }]);
    await provider.stop();
    expect(served).toEqual([]);
  });

  it('trusts the certificates of a file alone, if it is told to', async () => {
    await using folder = await createTempDir();
    const { certificate } = createTestAuthority();
    const file = join(folder.path, 'ca.pem');
    await writeFile(file, `some text\n${certificate}`);
    const served: HttpClientRequest[] = [];
    await start({ load_native_certs: 'false', load_webpki_certs: 'false', ssl_certs_file: file }, served);
    expect(served).toEqual([
      { providerId: id, defaultAuthorities: false, authorities: [certificate.trim()] },
    ]);
  });

  it('refuses a file that is not there, and one without a certificate, by name', async () => {
    await using folder = await createTempDir();
    const file = join(folder.path, 'ca.pem');
    await expect(start({ ssl_certs_file: file })).rejects.toThrow(`ssl_certs_file ${file} can't be read`);
    await writeFile(file, 'nothing');
    await expect(start({ ssl_certs_file: file })).rejects.toThrow(
      `ssl_certs_file ${file} holds no certificate`,
    );
  });
});
