import { keyvalueContract } from '../keyvalue/keyvalue-contract.js';
import { keyvalueOnNats } from '../keyvalue/keyvalue-on-nats.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

keyvalueContract(
  'keyvalue-nats of wasmCloud',
  () => keyvalueOnNats({ program: upstreamProgram('keyvalue-nats'), isForeign: true }),
  { ...upstreamDifferences['keyvalue-nats'], isForeign: true },
);
