import { fileURLToPath } from 'node:url';
import { httpClientContract, processHttpClient } from '@wasmlattice/provider-contracts';

httpClientContract('http-client', () =>
  processHttpClient({
    program: fileURLToPath(new URL('../dist/main.js', import.meta.url)),
    config: { allow: '127.0.0.1' },
  }),
);
