import { keyvalueContract } from '../keyvalue/keyvalue-contract.js';
import { keyvalueOnRedis } from '../keyvalue/keyvalue-on-redis.js';
import { upstreamProgram } from './upstream-program.js';

keyvalueContract(
  'keyvalue-redis of wasmCloud',
  () => keyvalueOnRedis({ program: upstreamProgram('keyvalue-redis'), isForeign: true }),
  { differences: ['signed-count', 'no-empty-batches', 'no-counts-watched'] },
);
