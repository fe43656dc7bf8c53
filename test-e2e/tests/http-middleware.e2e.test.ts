import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import { join } from 'node:path';
import { type BuiltGuest, buildGallery, rust, rustWasi03 } from '@wasmlattice/example-gallery';
import { buildGuestText } from '@wasmlattice/handle-guests';
import { createTempDir, freePort, http03Guest, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { cacheDir } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

// `gate` is of WASI 0.2, `middleware` of 0.3. Where cargo and the target are not there, they are skipped by name.
const gallery = await buildGallery({
  languages: [
    { ...rust, guests: rust.guests.filter(({ name }) => name === 'gate') },
    { ...rustWasi03, guests: rustWasi03.guests.filter(({ name }) => name === 'middleware') },
  ],
  cacheRoot: cacheDir,
});
const built = gallery.filter((guest): guest is BuiltGuest => guest.outcome === 'built');

it('guests that pass requests on are built, as far as there are compilers', () => {
  expect(gallery.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
});

for (const guest of gallery) {
  if (guest.outcome === 'skipped') it.skip(`has ${guest.language.name}/${guest.guest}: ${guest.reason}`);
}

const [gate, middleware] = ['gate', 'middleware'].map((name) => built.find(({ guest }) => guest === name));

describe.runIf(gate !== undefined && middleware !== undefined).each([
  { where: 'in one host', hosts: 1, args: [] },
  { where: 'in one host, over the lattice', hosts: 1, args: ['--local-rpc', 'off'] },
  { where: 'on hosts of their own', hosts: 3, args: [] },
])('a chain of handlers $where', ({ hosts, args }) => {
  let scenario: Scenario;
  let folder: TempDir;
  const others: HostProcess[] = [];
  const seen: string[] = [];
  let url: string;

  beforeAll(async () => {
    folder = await createTempDir();
    scenario = await startScenario({ args });
    const { lattice, nats, host } = scenario;
    while (others.length < hosts - 1) others.push(await startHost({ nats, args }));
    lattice.connection.subscribe('default.*.wrpc.0.0.1.wrpc:http/incoming-handler@0.1.0.handle', {
      callback: (_error, { subject }) => void seen.push(subject.split('.')[1] ?? ''),
    });
    const copy = join(folder.path, 'copy.wasm');
    await writeFile(copy, await buildGuestText(http03Guest));
    const [second = host, third = host] = others;
    await startComponent(lattice, host, { id: 'gate', wasm: gate?.file ?? '', maxInstances: 4 });
    await startComponent(lattice, second, { id: 'via', wasm: middleware?.file ?? '', maxInstances: 4 });
    await startComponent(lattice, third, { id: 'copy', wasm: copy, maxInstances: 4 });
    await putLink(lattice, { source: 'gate', target: 'via', interface: 'wasi:http/incoming-handler' });
    url = await serveHttp(lattice, host, 'gate', await freePort());
  });
  afterAll(async () => {
    for (const host of others) await host[Symbol.asyncDispose]();
    await scenario?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  // Another host may have taken a link; this one sees it a moment later.
  it('says which link is missing', async () => {
    const ask = async (): Promise<string> => {
      expect((await fetch(url, { headers: { 'x-key': 'open' } })).status).toBe(500);
      return scenario.host.child.output();
    };
    const missing = /link 'default' not found for instance 'wasi:http\/handler' of component 'via'/;
    await expect.poll(ask).toMatch(missing);
  });

  it('passes request and response on while they come, with trailers', async () => {
    await putLink(scenario.lattice, { source: 'via', target: 'copy', interface: 'wasi:http/handler' });
    await expect.poll(async () => (await fetch(url, { headers: { 'x-key': 'open' } })).status).toBe(200);
    const request = sendRequest(`${url}/a?b`, {
      method: 'POST',
      headers: { 'x-key': 'open', trailer: 'x-sum' },
    });
    request.write('first');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ 'x-path': '/a?b', 'x-via': 'middleware' });
    const parts = response.setEncoding('utf8')[Symbol.asyncIterator]();
    expect((await parts.next()).value).toBe('first');
    request.addTrailers({ 'x-sum': '42' });
    request.end('last');
    expect((await parts.next()).value).toBe('last');
    expect((await parts.next()).done).toBe(true);
    expect(response.trailers).toEqual({ 'x-sum': '42' });
  });

  it('answers without the next one where a handler refuses', async () => {
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(`${url}/closed`, { headers: { 'x-key': 'open' } })).status).toBe(403);
  });

  it('answers many requests at once, with their bodies', async () => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        const body = Buffer.alloc(200_000, i + 1);
        const response = await fetch(url, { method: 'POST', body, headers: { 'x-key': 'open' } });
        return body.equals(Buffer.from(await response.arrayBuffer()));
      }),
    );
    expect(answers).toEqual(answers.map(() => true));
  });

  it('goes over the lattice where it has to', async () => {
    await scenario.lattice.connection.flush();
    const isLocal = hosts === 1 && args.length === 0;
    // A call that finds all instances in use may leave the host all the same: one of them alone does not.
    seen.length = 0;
    await (await fetch(url, { headers: { 'x-key': 'open' } })).text();
    await scenario.lattice.connection.flush();
    expect([...new Set(seen)].sort()).toEqual(isLocal ? [] : ['copy', 'via']);
  });
});
