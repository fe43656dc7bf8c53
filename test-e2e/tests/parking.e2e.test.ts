import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, freePort, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveHttp, startComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

/** Less than one of these components has. */
const budget = ['--code-budget-bytes', '1048576', '--log-level', 'debug'];

async function get(url: string): Promise<string> {
  const answer = await fetch(url);
  return `${answer.status} ${await answer.text()}`;
}

/** Starts `probe` and `hello`, which differ in their code, and returns where they listen. */
async function deploy({ lattice, host }: Scenario): Promise<{ probe: string; hello: string }> {
  const serve = async (id: string, wasm: string): Promise<string> => {
    await startComponent(lattice, host, { id, wasm, maxInstances: 8 });
    return await serveHttp(lattice, host, id, await freePort());
  };
  return { probe: await serve('probe', paths.probe), hello: await serve('hello', paths.hello) };
}

describe('components with more code than there may be', () => {
  let scenario: Scenario;
  let cache: TempDir;
  let urls: { probe: string; hello: string };
  beforeAll(async () => {
    cache = await createTempDir();
    scenario = await startScenario({ args: [...budget, '--cache-dir', cache.path] });
    urls = await deploy(scenario);
  });
  afterAll(async () => {
    await scenario?.[Symbol.asyncDispose]();
    await cache?.[Symbol.asyncDispose]();
  });

  it('answer in turns, each time from code that is loaded again', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const { child } = scenario.host;
      expect(await get(`${urls.probe}/hello`)).toBe('200 hello\n');
      expect(await get(urls.hello)).toMatch(/^200 hello/i);
      await child.waitForOutput((text) => text.split('code is parked').length > turn + 1);
    }
  });

  it('lose no request under load', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 5));
        return await get(index % 2 === 0 ? `${urls.probe}/hello` : urls.hello);
      }),
    );
    expect(answers.filter((answer) => !/^200 hello/i.test(answer))).toEqual([]);
  });

  it('are there again after their files were damaged', async () => {
    const folder = join(cache.path, 'components', 'code');
    const files = await readdir(folder);
    expect(files).toHaveLength(2);
    for (const file of files) await writeFile(join(folder, file), 'not a component');
    for (let turn = 0; turn < 2; turn++) {
      expect(await get(`${urls.probe}/hello`)).toBe('200 hello\n');
      expect(await get(urls.hello)).toMatch(/^200 hello/i);
    }
    await scenario.host.child.waitForLine(/damaged or gone: its code is fetched again/);
  });
});

it('where nothing can be cached components are served from memory, which is said once', async () => {
  await using cache = await createTempDir();
  await mkdir(join(cache.path, 'components'));
  await writeFile(join(cache.path, 'components', 'code'), 'a file where the folder should be');
  await using scenario = await startScenario({ args: [...budget, '--cache-dir', cache.path] });
  const urls = await deploy(scenario);
  for (let turn = 0; turn < 2; turn++) {
    expect(await get(`${urls.probe}/hello`)).toBe('200 hello\n');
    expect(await get(urls.hello)).toMatch(/^200 hello/i);
  }
  const text = await scenario.host.child.waitForOutput((all) => all.includes('stays in memory'));
  expect(text.split('stays in memory')).toHaveLength(2);
});
