import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCapture } from '@wasmlattice/capture';
import { createTempDir, freePort, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../src/cli-process.js';
import { linkKeyvalue, putLink, serveHttp, startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let folder: TempDir;
let url: string;
let file: string;

beforeAll(async () => {
  folder = await createTempDir();
  file = join(folder.path, 'visits.jsonl');
  scenario = await startScenario({ args: ['--serving-threads', '2'] });
  const { lattice, host } = scenario;
  await linkKeyvalue(lattice, host, 'counter', 'visits');
  await host.child.waitForLine(/the provider serves/);
  await startComponent(lattice, host, { id: 'counter', wasm: paths.counter, maxInstances: 8 });
  url = await serveHttp(lattice, host, 'counter', await freePort());
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const secrets = { bearer: 'bearer-f00dcafe', cookie: 'cookie-0ddba11', token: 'token-5ca1ab1e' };

/** Visits until the signal ends it, by some clients at a time. */
async function visitUntil(signal: AbortSignal): Promise<number> {
  let failed = 0;
  const client = async (number: number): Promise<void> => {
    while (!signal.aborted) {
      const { status } = await fetch(`${url}/visit-${number}?token=${secrets.token}`, {
        headers: { authorization: `Bearer ${secrets.bearer}`, cookie: `id=${secrets.cookie}` },
      });
      if (status !== 200) failed++;
    }
  };
  await Promise.all([0, 1, 2, 3].map(client));
  return failed;
}

describe('what a component does under load', () => {
  it('is captured without a failed request, and without its secrets', async () => {
    const { nats } = scenario;
    const over = new AbortController();
    const visits = visitUntil(over.signal);
    const { code, output } = await runCli(
      nats,
      ...['capture', 'counter', '--count', '12', '--out', file, '--mask', 'token', '-o', 'json'],
    );
    over.abort();
    expect(await visits).toBe(0);
    expect(output).toContain('"invocations": 12');
    expect(code).toBe(0);

    const text = await readFile(file, 'utf8');
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { header, invocations } = parseCapture(text);
    expect(header).toMatchObject({
      component: 'counter',
      image: `file://${paths.counter}`,
      hosts: [{ id: scenario.host.id }],
      world: { exports: [expect.stringContaining('wasi:http/incoming-handler')] },
    });
    expect(invocations).toHaveLength(12);
    expect(invocations[0]).toMatchObject({
      input: { http: { path: expect.stringMatching(/^\/visit-\d\?token=masked-\d+$/) } },
      calls: [
        {
          interface: 'wasi:keyvalue/atomics',
          function: 'increment',
          params: { key: expect.stringMatching(/^\/visit-\d$/) },
        },
      ],
      outcome: { response: { status: 200 } },
    });
  });

  it('is the same in a replay of the same code, without a lattice', async () => {
    const { code, output } = await runCli(scenario.nats, 'replay', file);
    expect(output).toBe('12 invocations of counter replayed: 12 the same, 0 different\n');
    expect(code).toBe(0);
  });

  it('is told apart by its new greeting, and by nothing else', async () => {
    const changed = join(folder.path, 'changed.wasm');
    const wasm = await readFile(paths.counter);
    await writeFile(changed, Buffer.from(wasm.toString('latin1').replaceAll('Hello', 'Salut'), 'latin1'));
    const { code, output } = await runCli(
      scenario.nats,
      'replay',
      file,
      '--component',
      changed,
      '-o',
      'json',
    );
    expect(code).toBe(1);
    const report = JSON.parse(output);
    expect(report).toMatchObject({ same: 0, different: 12 });
    for (const { differences } of report.invocations) {
      expect(differences).toEqual([
        {
          kind: 'outcome',
          path: 'response.body',
          recorded: expect.stringContaining('"Hello"'),
          replayed: expect.stringContaining('"Salut"'),
        },
      ]);
    }
  });
});

it('ends when its asker is killed, and another one may begin', async () => {
  const { nats, host } = scenario;
  await using killed = startCli(nats, 'capture', 'counter');
  await host.child.waitForLine(/invocations of a component are captured.*count=100/);
  const refused = await runCli(nats, 'capture', 'counter');
  expect(refused.output).toContain('somebody captures component counter on this host already');
  expect(refused.code).toBe(1);
  killed.signal('SIGKILL');
  await killed.exited;
  await host.child.waitForLine(/a capture of invocations is over.*nobody came back/);
  await using next = startCli(nats, 'capture', 'counter', '--count', '1');
  await host.child.waitForLine(/invocations of a component are captured.*count=1\b/);
  // The threads that serve are told of a capture without waiting for them: a request may be sooner.
  const over = new AbortController();
  const visits = visitUntil(over.signal);
  expect(await next.exited).toBe(0);
  over.abort();
  expect(await visits).toBe(0);
  expect(next.output()).toMatch(/"path":"\/visit-\d/);
});

it.each(['thread', 'process'])(
  'is recorded and replayed of a component with a %s of its own',
  async (tier) => {
    const { nats, lattice, host } = scenario;
    const id = `counter-${tier}`;
    const annotations = { 'wasmlattice.dev/isolation': tier };
    await putLink(lattice, {
      source: id,
      target: 'keyvalue',
      interface: 'wasi:keyvalue/atomics',
      targetConfig: { bucket: 'visits', enable_bucket_auto_create: 'true' },
    });
    await startComponent(lattice, host, { id, wasm: paths.counter, maxInstances: 2, annotations });
    const own = await serveHttp(lattice, host, id, await freePort());
    const out = join(folder.path, `${tier}.jsonl`);
    await using capture = startCli(nats, 'capture', id, '--count', '2', '--mask', 'token', '--out', out);
    await capture.waitForLine(/recording invocations/);
    const visit = async (): Promise<void> => {
      const response = await fetch(`${own}/${tier}?token=${secrets.token}`, {
        headers: { authorization: `Bearer ${secrets.bearer}` },
      });
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"Hello"')]);
    };
    // Its thread or process is told of the capture a moment later than the one who asks.
    while ((await Promise.race([capture.exited, visit()])) === undefined);
    expect([await capture.exited, capture.output()]).toEqual([
      0,
      expect.stringContaining(`recorded 2 invocations of ${id} in ${out}`),
    ]);
    const text = await readFile(out, 'utf8');
    for (const secret of [secrets.bearer, secrets.token]) expect(text).not.toContain(secret);
    expect(parseCapture(text).invocations).toMatchObject([
      { calls: [{ function: 'increment', params: { key: `/${tier}` } }] },
      { calls: [{ function: 'increment', params: { key: `/${tier}` } }] },
    ]);
    expect(await runCli(nats, 'replay', out)).toEqual({
      code: 0,
      output: `2 invocations of ${id} replayed: 2 the same, 0 different\n`,
    });
  },
);

describe('a capture that Ctrl-C ends', () => {
  it('writes what there is, and has succeeded', async () => {
    const { nats } = scenario;
    const out = join(folder.path, 'ended.jsonl');
    await using capture = startCli(nats, 'capture', 'counter', '--count', '1000', '--out', out);
    await capture.waitForLine(/recording invocations/);
    const over = new AbortController();
    const visits = visitUntil(over.signal);
    await capture.waitForLine(/the first is recorded/);
    capture.signal('SIGINT');
    expect(await capture.exited).toBe(0);
    over.abort();
    expect(await visits).toBe(0);
    const { invocations } = parseCapture(await readFile(out, 'utf8'));
    expect(capture.output()).toContain(
      `recorded ${invocations.length} ${invocations.length === 1 ? 'invocation' : 'invocations'} of counter in ${out}`,
    );
  });

  it('writes nothing where there was nothing, and says so', async () => {
    const { nats } = scenario;
    const out = join(folder.path, 'nothing.jsonl');
    await using capture = startCli(nats, 'capture', 'counter', '--out', out);
    await capture.waitForLine(/recording invocations/);
    capture.signal('SIGINT');
    expect([await capture.exited, capture.output()]).toEqual([
      130,
      expect.stringContaining(`nothing was recorded: ${out} is not written\n`),
    ]);
    await expect(stat(out)).rejects.toThrow('ENOENT');
  });
});

it('is refused in words by a host that is told not to, and by one without diagnostics', async () => {
  const { nats, lattice } = scenario;
  for (const [scope, reason] of [
    ['logs', 'its invocations are not told (--diagnostics logs or figures)'],
    ['off', 'it runs with --diagnostics off'],
  ] as const) {
    await using host = await startHost({ nats, args: ['--diagnostics', scope] });
    await startComponent(lattice, host, { id: `hello-${scope}`, wasm: paths.hello });
    const { code, output } = await runCli(nats, 'capture', `hello-${scope}`);
    expect(output).toContain(`error: host ${host.id} records no invocations:`);
    expect(output).toContain(reason);
    expect(code).toBe(1);
  }
});

it('says what is wrong with what it is given', async () => {
  const { nats } = scenario;
  expect(await runCli(nats, 'capture', 'nobody')).toMatchObject({ code: 1 });
  expect(await runCli(nats, 'capture', 'counter', '--for', 'ever')).toMatchObject({
    code: 2,
    output: expect.stringContaining('--for is `ever`'),
  });
  const quiet = await runCli(nats, 'capture', 'counter', '--for', '1s', '--out', join(folder.path, 'none'));
  expect(quiet.output).toContain('component `counter` was not called within 1s');
  expect(quiet.code).toBe(1);
  expect(await runCli(nats, 'replay', paths.counterManifest)).toMatchObject({
    code: 2,
    output: expect.stringContaining('wadm.yaml:1'),
  });
});
