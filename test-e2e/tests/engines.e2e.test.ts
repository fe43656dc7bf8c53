import { basename } from 'node:path';
import { freePort } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { engineArgs, engines } from '../src/engine-args.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

const link = {
  source_id: 'caller',
  target: 'ops',
  name: 'default',
  wit_namespace: 'test',
  wit_package: 'ops',
  interfaces: ['shapes'],
};

describe.each(engines)('a host with --engine %s', (engine) => {
  it('serves requests and calls between components', async () => {
    await using scenario = await startScenario({ args: engineArgs(engine) });
    const { host, lattice } = scenario;
    await startComponent(lattice, host, { id: 'ops', wasm: paths.ops });
    await startComponent(lattice, host, { id: 'caller', wasm: paths.caller });
    await lattice.succeed('link.put', link);
    const url = await serveHttp(lattice, host, 'caller', await freePort());
    const answer = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    for (let round = 0; round < 3; round++) {
      expect(await answer('/add')).toEqual({ ok: '18446744073709551300' });
      expect(await answer('/polygon')).toEqual({ ok: 'polygon unnamed: -1,2 300,-70000' });
      expect(await answer('/dot')).toEqual({ err: 'd is only a dot' });
    }
  });
});

it('the engine direct covers every guest there is', async () => {
  await using scenario = await startScenario({ args: engineArgs('direct') });
  const { hello, counter, echo, fetcher, storage, messenger, messengerV3, watcher, probe } = paths;
  for (const wasm of [hello, counter, echo, fetcher, storage, messenger, messengerV3, watcher, probe]) {
    await startComponent(scenario.lattice, scenario.host, { id: basename(wasm, '.wasm'), wasm });
  }
});
