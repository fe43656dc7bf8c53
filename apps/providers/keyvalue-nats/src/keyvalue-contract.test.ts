import { fileURLToPath } from 'node:url';
import { keyvalueContract, keyvalueOnNats } from '@wasmlattice/provider-contracts';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

keyvalueContract('keyvalue-nats', () => keyvalueOnNats({ program }));
