import { keyvalueContract } from '../keyvalue/keyvalue-contract.js';
import { keyvalueOnRedis } from '../keyvalue/keyvalue-on-redis.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

keyvalueContract(
  'keyvalue-redis of wasmCloud',
  () => keyvalueOnRedis({ program: upstreamProgram('keyvalue-redis'), isForeign: true }),
  { ...upstreamDifferences['keyvalue-redis'], isForeign: true },
);
