import { httpServerContract } from '../http/http-server-contract.js';
import { processHttpServer } from '../http/process-http-server.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

httpServerContract(
  'http-server of wasmCloud',
  () => processHttpServer({ program: upstreamProgram('http-server'), isForeign: true }),
  { ...upstreamDifferences['http-server'], isForeign: true },
);
