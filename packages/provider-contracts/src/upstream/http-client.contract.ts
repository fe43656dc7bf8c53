import { httpClientContract } from '../http/http-client-contract.js';
import { processHttpClient } from '../http/process-http-client.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

httpClientContract(
  'http-client of wasmCloud',
  () => processHttpClient({ program: upstreamProgram('http-client'), config: {}, isForeign: true }),
  { ...upstreamDifferences['http-client'], isForeign: true },
);
