import { keyvalueContract } from '../keyvalue/keyvalue-contract.js';
import { keyvalueOnNats } from '../keyvalue/keyvalue-on-nats.js';
import { upstreamProgram } from './upstream-program.js';

keyvalueContract(
  'keyvalue-nats of wasmCloud',
  () => keyvalueOnNats({ program: upstreamProgram('keyvalue-nats'), isForeign: true }),
  {
    differences: [
      'plain-keys-only',
      'few-attempts',
      'broken-count',
      'wrapping-count',
      'no-counts-watched',
      'no-watcher',
    ],
  },
);
