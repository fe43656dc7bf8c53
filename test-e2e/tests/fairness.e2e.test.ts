import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, freePort } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { engineArgs } from '../src/engine-args.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

it('a component whose guests compute leaves room for its neighbours on the same thread', async () => {
  await using scenario = await startScenario({ args: ['--serving-threads', '1'] });
  const { lattice, host } = scenario;
  const serve = async (id: string): Promise<string> => {
    await startComponent(lattice, host, { id, wasm: paths.probe, maxInstances: 64 });
    return await serveHttp(lattice, host, id, await freePort());
  };
  const [busy, neighbour] = [await serve('busy'), await serve('neighbour')];
  expect(await (await fetch(`${neighbour}/hello`)).text()).toBe('hello\n');

  // So many connections are open and idle before anything is computed.
  const atOnce = (path: string) => Array.from({ length: 64 }, () => fetch(`${busy}${path}`));
  for (const answer of await Promise.all(atOnce('/slow?ms=200'))) await answer.text();

  let computed = 0;
  const first = Promise.withResolvers<void>();
  const requests = atOnce('/compute?ms=50').map(async (asked) => {
    const answer = await asked;
    computed++;
    first.resolve();
    expect([answer.status, await answer.text()]).toEqual([200, 'computed\n']);
  });
  await first.promise;
  for (let i = 0; i < 4; i++) expect(await (await fetch(`${neighbour}/hello`)).text()).toBe('hello\n');
  // In the order of arrival all 64 would have come first.
  expect(computed).toBeLessThan(32);
  await Promise.all(requests);
});

it('a guest that holds a thread keeps nobody from starting and stopping components, itself included', async () => {
  await using scenario = await startScenario({ args: ['--serving-threads', '2', ...engineArgs('jco')] });
  const { lattice, host } = scenario;
  // What the engine jco runs can't be interrupted.
  await startComponent(lattice, host, { id: 'busy', wasm: paths.probe, maxInstances: 4 });
  const busy = await serveHttp(lattice, host, 'busy', await freePort());
  const spinning = fetch(`${busy}/spin`).then(
    () => 'answered',
    () => 'failed',
  );
  // Connections that the kernel gives to that thread get no answer.
  const isHeld = (): Promise<boolean> =>
    fetch(`${busy}/hello`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(1_000) }).then(
      () => false,
      () => true,
    );
  await expect.poll(isHeld).toBe(true);
  await startComponent(lattice, host, { id: 'other', wasm: paths.hello });
  for (const id of ['other', 'busy']) {
    const stopped = lattice.nextEvent('component_scaled', { component_id: id, max_instances: 0 });
    await lattice.succeed(`component.scale.${host.id}`, {
      component_id: id,
      component_ref: `file://${id === 'busy' ? paths.probe : paths.hello}`,
      count: 0,
      host_id: host.id,
    });
    await stopped;
  }
  expect(await spinning).toBe('failed');
});

it('a host answers control requests while it validates and compiles large components', async () => {
  await using folder = await createTempDir();
  await using scenario = await startScenario({ args: ['--cache-dir', join(folder.path, 'cache')] });
  const { lattice, host } = scenario;
  const hello = await readFile(paths.hello);
  const count = 12;
  const announced = new Set<string>();
  const scaled: Promise<unknown>[] = [];
  for (let number = 0; number < count; number++) {
    const id = `large-${number}`;
    const wasm = join(folder.path, `${id}.wasm`);
    // Other bytes, so that nothing of it is known: a custom section with a name of one letter.
    await writeFile(wasm, Buffer.concat([hello, Buffer.from([0, 3, 1, 0x78, number])]));
    scaled.push(startComponent(lattice, host, { id, wasm }).then(() => announced.add(id)));
    await lattice.succeed(`host.get.${host.id}`);
    expect(announced.has(id)).toBe(false);
  }
  await Promise.all(scaled);
});
