import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Child,
  createTempDir,
  freePort,
  startChild,
  startNatsServer,
  type TestNatsServer,
} from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent, stopComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';

const topic = 'acme.policy';

let nats: TestNatsServer;
let lattice: Lattice;
let service: Child;
let host: HostProcess;

beforeAll(async () => {
  nats = await startNatsServer();
  lattice = await joinLattice(nats);
  service = startChild(process.execPath, [paths.policyService, nats.url, topic], { PATH: process.env.PATH });
  await service.waitForLine(/the policy service listens/);
  host = await startHost({
    nats,
    args: [
      ...['--policy-topic', topic, '--policy-changes-topic', `${topic}.changes`],
      ...['--audit', 'log,events', '--label', 'zone=lab'],
    ],
  });
});
afterAll(async () => {
  await host?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  await lattice?.[Symbol.asyncDispose]();
  await nats?.[Symbol.asyncDispose]();
});

interface Asked {
  readonly requestId: string;
  readonly kind: string;
  readonly version: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly host: unknown;
}

/** What the service was asked of that kind about something, once that is so much. */
async function askedOf(kind: string, about: string, count = 1): Promise<Asked[]> {
  const found = (text: string): Asked[] =>
    text
      .split('\n')
      // The last one may not be complete.
      .slice(0, -1)
      .filter((line) => line.startsWith('asked '))
      .map((line) => JSON.parse(line.slice('asked '.length)) as Asked)
      .filter((asked) => asked.kind === kind && JSON.stringify(asked.request).includes(`"${about}"`));
  return found(await service.waitForOutput((text) => found(text).length >= count));
}

/** Has the service announce another decision, and waits until the host has heard of it. */
async function announce(kind: string, about: string, permitted: boolean): Promise<void> {
  const position = host.child.output().length;
  const decision = JSON.stringify({ kind, about, permitted });
  await lattice.connection.request(`${topic}.announce`, decision, { timeout: 60_000 });
  await host.child.waitForOutput((text) => text.includes('a policy decision changed'), position);
}

const scale = (id: string, count: number, more: object = {}) =>
  lattice.ask(`component.scale.${host.id}`, {
    component_id: id,
    component_ref: `file://${paths.hello}`,
    count,
    host_id: host.id,
    ...more,
  });

describe('a policy service', () => {
  it('is asked before a component starts, before it gets more instances, and before its update', async () => {
    const id = 'asked';
    await startComponent(lattice, host, { id, wasm: paths.hello, maxInstances: 2, annotations: { a: 'b' } });
    const [start] = await askedOf('startComponent', id);
    expect(start).toEqual({
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'startComponent',
      version: 'v1',
      request: {
        componentId: id,
        imageRef: `file://${paths.hello}`,
        maxInstances: 2,
        annotations: { a: 'b' },
        claims: null,
      },
      host: {
        publicKey: host.id,
        lattice: 'default',
        labels: expect.objectContaining({ zone: 'lab', 'hostcore.os': process.platform }),
      },
    });
    await startComponent(lattice, host, { id, wasm: paths.hello, maxInstances: 1 });
    await startComponent(lattice, host, { id, wasm: paths.hello, maxInstances: 5 });
    expect((await askedOf('startComponent', id, 2)).map(({ request }) => request.maxInstances)).toEqual([
      2, 5,
    ]);
    const updated = lattice.nextEvent('component_scaled', {
      component_id: id,
      image_ref: `file://${paths.ops}`,
    });
    await lattice.succeed(`component.update.${host.id}`, {
      component_id: id,
      new_component_ref: `file://${paths.ops}`,
      host_id: host.id,
    });
    await updated;
    expect((await askedOf('startComponent', id, 3)).at(-1)?.request).toMatchObject({
      imageRef: `file://${paths.ops}`,
    });
    await stopComponent(lattice, host, { id, wasm: paths.hello });
  });

  it('that denies a start is told of in event, log and audit, and nothing runs', async () => {
    const failed = lattice.nextEvent('component_scale_failed', { component_id: 'denied-one' });
    const audited = lattice.nextEvent('audit_recorded', { category: 'policy', outcome: 'refused' });
    expect(await scale('denied-one', 1)).toMatchObject({ success: true });
    expect((await failed).data.error).toBe(
      'Policy denied request to scale component `denied-one`: `"not this one"`',
    );
    expect((await audited).data).toMatchObject({
      operation: 'startComponent',
      target: 'denied-one',
      message: 'not this one',
    });
    await host.child.waitForLine(/denied by policy.*denied-one/);
    const { response } = await lattice.ask(`host.get.${host.id}`);
    expect(JSON.stringify(response)).not.toContain('denied-one');
  });

  it('is asked about built-in providers as about others', async () => {
    const start = (id: string) =>
      lattice.succeed(`provider.start.${host.id}`, {
        provider_id: id,
        provider_ref: 'wasmcloud+builtin://http-server',
        host_id: host.id,
      });
    const failed = lattice.nextEvent('provider_start_failed', { provider_id: 'denied-http' });
    await start('denied-http');
    const [asked] = await askedOf('startProvider', 'denied-http');
    expect((await failed).data.error).toBe(
      `policy denied request to start provider \`${asked?.requestId}\`: \`Some("not this one")\``,
    );
    expect(asked?.request).toEqual({
      providerId: 'denied-http',
      imageRef: 'http-server',
      annotations: {},
      claims: null,
    });
  });

  it('denies requests to the built-in server with 403 until it announces another decision', async () => {
    const id = 'front';
    await startComponent(lattice, host, { id, wasm: paths.hello, maxInstances: 4 });
    const url = await serveHttp(lattice, host, id, await freePort());
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(200);
    const asked = await askedOf('performInvocation', id);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.request).toEqual({
      interface: 'wrpc:http/incoming-handler@0.1.0',
      function: 'handle',
      target: {
        componentId: id,
        imageRef: `file://${paths.hello}`,
        maxInstances: 0,
        annotations: {},
        claims: null,
      },
    });
    await announce('performInvocation', id, false);
    await expect.poll(async () => (await fetch(url)).status).toBe(403);
    expect(await (await fetch(url)).text()).not.toContain('changed my mind');
    await announce('performInvocation', id, true);
    await expect.poll(async () => (await fetch(url)).status).toBe(200);
  });
});

describe.each(['shared', 'thread', 'process'])('a call of a component of tier %s', (tier) => {
  const [callee, caller] = [`denied-callee-${tier}`, `caller-${tier}`];

  it('that is denied fails at once with the reason; once it is allowed it succeeds', async () => {
    // Its start would be denied, too, as its name has the word; so the service says otherwise first.
    const annotations = { 'wasmlattice.dev/isolation': tier };
    const failed = lattice.nextEvent('component_scale_failed', { component_id: callee });
    await scale(callee, 4, { component_ref: `file://${paths.ops}`, annotations });
    await failed;
    await announce('startComponent', callee, true);
    await startComponent(lattice, host, { id: callee, wasm: paths.ops, maxInstances: 4, annotations });
    await startComponent(lattice, host, { id: caller, wasm: paths.caller, maxInstances: 4 });
    await putLink(lattice, { source: caller, target: callee, interface: 'test:ops/shapes' });
    const url = await serveHttp(lattice, host, caller, await freePort());
    const begun = host.child.output().length;
    expect((await fetch(`${url}/add`)).status).toBe(500);
    await host.child.waitForOutput(
      (text) => text.includes(`policy denied request to invoke component ${callee}: not this one`),
      begun,
    );
    const [asked] = await askedOf('performInvocation', callee);
    expect(asked?.request).toMatchObject({ function: 'add', target: { componentId: callee, annotations } });
    await announce('performInvocation', callee, true);
    await expect.poll(async () => (await fetch(`${url}/add`)).status).toBe(200);
  });
});

it('a host whose service is gone starts nothing and says so, or all if it is told so', async () => {
  await using strict = await startHost({ nats, args: ['--policy-topic', 'nobody.here'] });
  const failed = lattice.nextEvent('component_scale_failed', { component_id: 'orphan' });
  await lattice.succeed(`component.scale.${strict.id}`, {
    component_id: 'orphan',
    component_ref: `file://${paths.hello}`,
    count: 1,
    host_id: strict.id,
  });
  expect((await failed).data.error).toMatch(/policy request failed: nobody listens on nobody\.here/);
  await using lenient = await startHost({
    nats,
    args: ['--policy-topic', 'nobody.here', '--policy-default', 'allow'],
  });
  await startComponent(lattice, lenient, { id: 'orphan', wasm: paths.hello });
});

it('rules of a file decide about starts, calls and links', async () => {
  await using folder = await createTempDir();
  const file = join(folder.path, 'policy.json');
  const rules = [
    { deny: 'startComponent', component: 'secret-*', message: 'secret things run elsewhere' },
    { deny: 'performInvocation', component: 'filed-closed' },
    { deny: 'putLink', source: 'filed-*', package: 'test:*' },
    { allow: ['startComponent', 'startProvider', 'performInvocation', 'putLink'] },
  ];
  await writeFile(file, JSON.stringify({ rules }));
  await using other = await startNatsServer();
  await using away = await joinLattice(other);
  await using ruled = await startHost({ nats: other, args: ['--policy-file', file, '--policy-links'] });
  const failed = away.nextEvent('component_scale_failed', { component_id: 'secret-one' });
  await away.succeed(`component.scale.${ruled.id}`, {
    component_id: 'secret-one',
    component_ref: `file://${paths.hello}`,
    count: 1,
    host_id: ruled.id,
  });
  expect((await failed).data.error).toContain('secret things run elsewhere');
  for (const [id, status] of [
    ['filed-open', 200],
    ['filed-closed', 403],
  ] as const) {
    await startComponent(away, ruled, { id, wasm: paths.hello });
    const url = await serveHttp(away, ruled, id, await freePort());
    expect((await fetch(url)).status).toBe(status);
  }
  const refused = await away.ask('link.put', {
    source_id: 'filed-open',
    target: 'filed-closed',
    name: 'default',
    wit_namespace: 'test',
    wit_package: 'ops',
    interfaces: ['shapes'],
  });
  expect(refused).toMatchObject({
    success: false,
    message: 'policy denied request to link filed-open to filed-closed: rule 3 of the policy file',
  });
});
