import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { lineSplitter, run } from '../lib/run.mjs';

const program = join(root, 'apps/cli/dist/main.js');

/** The `wasmlattice` command, as this clone built it, talking to one NATS server. */
export function createCommandLine({ natsPort }) {
  const env = ownEnvironment(natsPort);
  return {
    /** Runs a command to its end. */
    run: (args, onLine) => run(process.execPath, [program, ...args], { env, onLine }),
    /** Starts a command that goes on until it is stopped. */
    start: (args, onLine) => startProcess([program, ...args], env, onLine),
  };
}

/** Without the user's own settings of host and command line: they may point to a lattice that is not for play. */
function ownEnvironment(natsPort) {
  const others = Object.entries(process.env).filter(
    ([name]) => name === 'WASMLATTICE_CACHE' || !/^(WASMCLOUD|WASMLATTICE|OTEL)_/.test(name),
  );
  return { ...Object.fromEntries(others), WASMLATTICE_NATS_URL: `nats://127.0.0.1:${natsPort}` };
}

function startProcess(args, env, onLine) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', lineSplitter(onLine));
  }
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return {
    pid: child.pid,
    ended,
    /** Asks it to stop and waits; past the deadline it is killed, which `killed` tells. */
    async stop(deadlineMs) {
      child.kill('SIGINT');
      let killed = false;
      const timer = setTimeout(() => {
        killed = true;
        child.kill('SIGKILL');
      }, deadlineMs);
      const end = await ended;
      clearTimeout(timer);
      return { ...end, killed };
    },
  };
}
