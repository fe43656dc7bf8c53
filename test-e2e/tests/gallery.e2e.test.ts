import { readFile } from 'node:fs/promises';
import { replayCapture } from '@wasmlattice/capture';
import { buildGallery, c, javascript } from '@wasmlattice/example-gallery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captured } from '../src/captured.js';
import { engineArgs, engines } from '../src/engine-args.js';
import { checkGuest } from '../src/gallery/check-guest.js';
import { componentIdOf, serveGuest, startProviders } from '../src/gallery/serve-guest.js';
import { startUpstream, type Upstream } from '../src/gallery/upstream.js';
import { cacheDir } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

// Languages whose compilers come with the dependencies, and C where its compiler is there. `pnpm gallery` has them all.
const guests = await buildGallery({ languages: [javascript, c], cacheRoot: cacheDir });
const named = guests.map((guest) => ({ name: `${guest.language.name}/${guest.guest}`, ...guest }));
const built = named.filter((guest) => guest.outcome === 'built');

describe('the gallery of guests', () => {
  it('is built, as far as there are compilers', () => {
    expect(named.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(built.map(({ name }) => name)).toContain('javascript/app');
  });

  for (const { name, reason } of named.filter((guest) => guest.outcome === 'skipped')) {
    it.skip(`has ${name}: ${reason}`);
  }
});

describe.each(engines)('a host with --engine %s', (engine) => {
  let scenario: Scenario;
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream();
    scenario = await startScenario({ args: engineArgs(engine) });
    await startProviders(scenario);
  });
  afterAll(async () => {
    await scenario?.[Symbol.asyncDispose]();
    await upstream?.[Symbol.asyncDispose]();
  });

  it.each(built)('serves $name, which does the same in a replay', async (guest) => {
    const url = await serveGuest(scenario, guest, 4);
    const check = async (): Promise<void> => {
      for (const kind of guest.kinds) await checkGuest(kind, { url, title: guest.language.title, upstream });
    };
    const capture = await captured(scenario, componentIdOf(guest), check);
    const report = await replayCapture({ capture, component: await readFile(guest.file) });
    // What broke off, or is longer than a record, can't be replayed.
    expect(report.invocations.filter(({ status }) => status === 'different')).toEqual([]);
    expect(report.same).toBeGreaterThan(0);
  });
});
