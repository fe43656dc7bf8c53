// `pnpm differential [--cases N] [--seed N] [--shapes NAME,…]`: builds what is missing, then compares engines on generated components.
import { runScript } from './lib/errors.mjs';
import { runConformance } from './lib/run-conformance.mjs';

await runScript(() => runConformance('differential/main.js'));
