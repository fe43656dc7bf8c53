import { fileURLToPath } from 'node:url';
import { blobstoreContract, blobstoreOnNats } from '@wasmlattice/provider-contracts';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

blobstoreContract('blobstore-nats', () => blobstoreOnNats({ program }));
