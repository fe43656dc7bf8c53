import { blobstoreContract } from '../blobstore/blobstore-contract.js';
import { blobstoreOnNats } from '../blobstore/blobstore-on-nats.js';
import { upstreamProgram } from './upstream-program.js';

blobstoreContract(
  'blobstore-nats of wasmCloud',
  () => blobstoreOnNats({ program: upstreamProgram('blobstore-nats'), isForeign: true }),
  {
    differences: [
      'unlike-missing',
      'missing-delete-fails',
      'whole-lists',
      'whole-reads',
      'no-range-past-end',
      'new-only',
      'put-once',
    ],
  },
);
