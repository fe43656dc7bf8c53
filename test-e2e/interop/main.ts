import { join } from 'node:path';
import { createTempDir, startNatsServer } from '@wasmlattice/test-support';
import { compareAppCommands } from './app-area.js';
import { exchangeArchives } from './archives-area.js';
import { makeFiles } from './files.js';
import type { Interop } from './interop.js';
import { keepApplications } from './keeping-area.js';
import { mixHosts } from './mixed-area.js';
import { Report } from './report.js';
import { findTools } from './tools.js';
import { mixVersions } from './versions-area.js';
import { deployByWadm } from './wadm-area.js';
import { createWash } from './wash.js';
import { compareWashCommands } from './wash-area.js';
import { compareWords } from './words-area.js';

/** Areas by the name that chooses them on the command line. */
const areas: Readonly<Record<string, (interop: Interop) => Promise<void>>> = {
  wash: compareWashCommands,
  words: compareWords,
  app: compareAppCommands,
  wadm: deployByWadm,
  keeping: keepApplications,
  mixed: mixHosts,
  archives: exchangeArchives,
  versions: mixVersions,
};

const olderHost = process.env.OLDER_HOST;
// An older build is nothing that everybody has.
const usual = Object.keys(areas).filter((name) => name !== 'versions' || olderHost !== undefined);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : usual;
const unknown = wanted.find((name) => areas[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`interop: there is no area ${unknown}; there are ${Object.keys(areas).join(', ')}\n`);
  process.exit(2);
}
// What was started goes with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const tools = findTools(process.env);
await using dir = await createTempDir();
await using nats = await startNatsServer();
const report = new Report((line) => void process.stdout.write(`${line}\n`));
const home = join(dir.path, 'home');
const wash = createWash({ program: tools.wash, nats, lattice: 'default', home });
const recordTo = process.env.INTEROP_RECORD;
const files = await makeFiles(join(dir.path, 'files'), tools, wash);
for (const name of wanted) {
  await report.try(name, 'all of it was tried', async () => {
    await areas[name]?.({
      nats,
      tools,
      home,
      files,
      report,
      ...(recordTo !== undefined && { recordTo }),
      ...(olderHost !== undefined && { olderHost }),
    });
  });
}
process.stdout.write(`\n${report.summary()}\n`);
process.exitCode = report.hasFailed() ? 1 : 0;
