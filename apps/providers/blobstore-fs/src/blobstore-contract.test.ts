import { fileURLToPath } from 'node:url';
import { blobstoreContract, blobstoreOnFiles } from '@wasmlattice/provider-contracts';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

blobstoreContract('blobstore-fs', () => blobstoreOnFiles({ program }));
