import { parseArgs } from 'node:util';
import { bundleProgram } from './bundle-program.js';

const { values } = parseArgs({ options: { external: { type: 'string', multiple: true, default: [] } } });
await bundleProgram(process.cwd(), { external: values.external });
