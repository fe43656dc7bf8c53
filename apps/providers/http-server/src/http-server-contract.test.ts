import { fileURLToPath } from 'node:url';
import { httpServerContract, processHttpServer } from '@wasmlattice/provider-contracts';

httpServerContract('http-server', () =>
  processHttpServer({ program: fileURLToPath(new URL('../dist/main.js', import.meta.url)) }),
);
