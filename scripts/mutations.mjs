// `pnpm mutations [--count N] [--first N] [--guests FOLDER]`: builds what is missing, then changes valid components here and there and
// looks at what becomes of them.
import { runScript } from './lib/errors.mjs';
import { runConformance } from './lib/run-conformance.mjs';

await runScript(() => runConformance('mutations/main.js'));
