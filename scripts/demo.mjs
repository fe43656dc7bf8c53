// `npm run demo`: a host, a NATS server, a key-value provider and a TypeScript component, from a fresh clone.
// `npm run demo -- --smoke` does the same, checks the answers, stops everything and says so by its exit code.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runScript, SetupError } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { forwardSignals } from './lib/run.mjs';
import { setUp } from './lib/set-up.mjs';
import { node26, toolEnvironment } from './lib/toolchain.mjs';

await runScript(async () => {
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => arg !== '--smoke');
  if (unknown !== undefined) throw new SetupError(`${unknown} is not known here; there is --smoke`);
  const tools = await setUp(createProgress());
  // The rest runs on Node.js 26 and owns the terminal.
  const child = spawn(node26, [join(root, 'scripts/demo/main.mjs'), ...args], {
    cwd: root,
    env: toolEnvironment(tools),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forget = forwardSignals(child);
  const [code] = await once(child, 'exit');
  forget();
  return code ?? 1;
});
