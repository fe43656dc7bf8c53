import { blobstoreContract } from '../blobstore/blobstore-contract.js';
import { blobstoreOnFiles } from '../blobstore/blobstore-on-files.js';
import { upstreamProgram } from './upstream-program.js';

blobstoreContract(
  'blobstore-fs of wasmCloud',
  () => blobstoreOnFiles({ program: upstreamProgram('blobstore-fs'), isForeign: true }),
  { differences: ['broken-writes-stay', 'new-only', 'one-link', 'put-once', 'delete-all-links'] },
);
