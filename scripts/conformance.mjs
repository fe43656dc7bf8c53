// `pnpm conformance [PATTERN…] [--engine direct|jco] [--write]`: builds what is missing, then runs the suites that the variables name.
import { runScript } from './lib/errors.mjs';
import { runConformance } from './lib/run-conformance.mjs';

await runScript(() => runConformance('main.js'));
