#!/usr/bin/env node
const neededNode = 26;

// Older versions fail at the syntax of other modules, so this one loads them after the check.
if (Number.parseInt(process.versions.node, 10) < neededNode) {
  process.stderr.write(
    `error: wasmlattice needs Node.js ${neededNode} or later, this is ${process.versions.node}\n` +
      'check: install it from https://nodejs.org, or run from a clone of the repository, which brings it\n',
  );
  process.exit(2);
}

const { buffer } = await import('node:stream/consumers');
const { runCli } = await import('./program.js');
const { runHost } = await import('./run-host.js');

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  readInput: async () => await buffer(process.stdin),
  signal: interrupt.signal,
  terminal: {
    out: process.stdout.isTTY === true,
    err: process.stderr.isTTY === true,
    get columns() {
      return process.stdout.columns;
    },
    get rows() {
      return process.stdout.rows;
    },
  },
  runHost,
});
