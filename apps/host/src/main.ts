#!/usr/bin/env node
const neededNode = 26;

// Older versions fail at the syntax of other modules, so this one loads them after the check.
if (Number.parseInt(process.versions.node, 10) < neededNode) {
  process.stderr.write(
    `wasmlattice-host: Node.js ${neededNode} or later is needed, this is ${process.versions.node}: install it, or run from a clone of the repository, which brings it\n`,
  );
  process.exit(2);
}

const { runHost } = await import('./run-host.js');

// What is left open after a failed or overdue stop must not keep the process.
process.exit(await runHost());

export {};
