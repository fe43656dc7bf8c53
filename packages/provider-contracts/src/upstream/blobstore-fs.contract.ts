import { blobstoreContract } from '../blobstore/blobstore-contract.js';
import { blobstoreOnFiles } from '../blobstore/blobstore-on-files.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

blobstoreContract(
  'blobstore-fs of wasmCloud',
  () => blobstoreOnFiles({ program: upstreamProgram('blobstore-fs'), isForeign: true }),
  { ...upstreamDifferences['blobstore-fs'], isForeign: true },
);
