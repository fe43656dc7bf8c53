// Runs one script in a process of its own, which a directive may hold or end. Tells the parent of each directive before and after it.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { readScript } from '../wast/read-script.js';
import type { ScriptMessage, ScriptTask } from './messages.js';
import { failed, type Outcome } from './outcome.js';
import { ScriptRun } from './script-run.js';

function tell(message: ScriptMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });
}

async function main({ file, engine, patienceMs, settled }: ScriptTask): Promise<void> {
  let directives: ReturnType<typeof readScript>;
  try {
    directives = readScript(readFileSync(file, 'utf8'));
  } catch (error) {
    await tell({ kind: 'unreadable', reason: String(error) });
    return;
  }
  await tell({ kind: 'read', lines: directives.map(({ line }) => line) });
  const known = new Map(settled);
  const run = new ScriptRun(createEngine({ choice: engine === 'jco' ? 'trusted-jco' : 'direct' }), {
    name: basename(file),
    patienceMs,
  });
  for (const [index, { directive }] of directives.entries()) {
    const before = known.get(index);
    if (before !== undefined) {
      run.skip(directive, before);
      continue;
    }
    await tell({ kind: 'begins', index });
    let outcome: Outcome;
    try {
      outcome = await run.run(directive);
    } catch (error) {
      outcome = failed('not understood', String(error));
    }
    await tell({ kind: 'ends', index, outcome });
  }
}

await main(JSON.parse(process.argv[2] ?? '') as ScriptTask);
// Guests that wait for ever are left behind.
process.exit(0);
