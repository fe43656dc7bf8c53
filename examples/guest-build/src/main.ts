import { join, relative, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { WitError } from '@wasmlattice/wit-types';
import { buildGuest, guestWit } from './build-guest.js';
import { cacheRoot } from './cache-root.js';
import {
  componentizeWithStarlingMonkey,
  type EngineFeature,
  engineFeatures,
  toolVersions,
} from './componentize.js';
import { createFolderCache } from './content-cache.js';
import { buildOnRequest, tell } from './development/build-on-request.js';
import { GuestWorkshop } from './development/guest-workshop.js';
import { GuestBuildError } from './errors.js';
import { guestName } from './guest-name.js';
import { writeGuestTypes } from './guest-types.js';

const usage = `Usage: wasmlattice-guest-build ENTRY.ts [options]

Builds a TypeScript guest into dist/ENTRY.wasm.

  --wit DIR           the guest's own WIT (default wit)
  --out DIR           where the component goes (default dist)
  --types DIR         where types of the WIT imports go (default generated)
  --without LIST      engine features the guest does not need: ${engineFeatures.join(',')}
  --on-request        for programs: stay, build when the parent process asks, and answer it; --out gets a file for each build

Environment: WASMLATTICE_CACHE names the cache folder (default $XDG_CACHE_HOME/wasmlattice or ~/.cache/wasmlattice).
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArguments();
  const entry = positionals[0];
  if (values.help === true || entry === undefined || positionals.length > 1) {
    process.stdout.write(usage);
    if (values.help !== true) process.exitCode = 2;
    return;
  }
  const wit = resolve(values.wit);
  const witPackages = resolve(import.meta.dirname, '../wit');
  const onWit = (text: string): Promise<void> =>
    writeGuestTypes(guestName(entry), text, resolve(values.types));
  if (values['on-request'] === true) {
    const workshop = new GuestWorkshop({
      entry: resolve(entry),
      wit,
      witPackages,
      // Without stdio an exception has no message and no stack.
      without: parseFeatures(values.without).filter((feature) => feature !== 'stdio'),
      cacheDir: join(cacheRoot(process.env), 'guest-bases'),
      tools: toolVersions(),
      onSlowStep: (message) => tell({ kind: 'note', message }),
      onWit,
    });
    await buildOnRequest(guestName(entry), resolve(values.out), workshop);
    return;
  }
  await onWit(await guestWit({ wit, witPackages }));

  const started = performance.now();
  const result = await buildGuest({
    entry: resolve(entry),
    wit,
    witPackages,
    outDir: resolve(values.out),
    without: parseFeatures(values.without),
    cache: createFolderCache(join(cacheRoot(process.env), 'guests')),
    componentize: componentizeWithStarlingMonkey,
    tools: toolVersions(),
    onSlowStep: say,
  });
  const size = `${(result.bytes / 1e6).toFixed(1)} MB`;
  const how = result.fromCache
    ? 'from the cache'
    : `in ${((performance.now() - started) / 1000).toFixed(1)} s`;
  say(`${relative(process.cwd(), result.path)}  ${size}  ${how}`);
}

function parseArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        wit: { type: 'string', default: 'wit' },
        out: { type: 'string', default: 'dist' },
        types: { type: 'string', default: 'generated' },
        without: { type: 'string', default: '' },
        'on-request': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new GuestBuildError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parseFeatures(list: string): EngineFeature[] {
  return list
    .split(',')
    .filter((word) => word !== '')
    .map((word) => {
      const feature = engineFeatures.find((known) => known === word.trim());
      if (feature === undefined) {
        throw new GuestBuildError(`unknown engine feature "${word}"; there are ${engineFeatures.join(', ')}`);
      }
      return feature;
    });
}

function say(message: string): void {
  process.stdout.write(`${message}\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof GuestBuildError || error instanceof WitError)) throw error;
  process.stderr.write(`wasmlattice-guest-build: ${error.message}\n`);
  process.exitCode = 1;
}
