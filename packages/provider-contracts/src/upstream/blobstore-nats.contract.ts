import { blobstoreContract } from '../blobstore/blobstore-contract.js';
import { blobstoreOnNats } from '../blobstore/blobstore-on-nats.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

blobstoreContract(
  'blobstore-nats of wasmCloud',
  () => blobstoreOnNats({ program: upstreamProgram('blobstore-nats'), isForeign: true }),
  { ...upstreamDifferences['blobstore-nats'], isForeign: true },
);
