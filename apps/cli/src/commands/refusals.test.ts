import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import type { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProgram, runCli } from '../program.js';
import { type FakeHost, startFakeHost } from '../testing/fake-host.js';
import { createTestIo, type TestIo } from '../testing/test-io.js';

/** Each command that talks to a lattice, in a way that would do something, and the subjects that it can't do without. */
const commands: readonly (readonly [string, string])[] = [
  ['get hosts', 'wasmbus.ctl.v1.default.host.ping'],
  ['get inventory', 'wasmbus.ctl.v1.default.host.ping'],
  ['get links', 'wasmbus.ctl.v1.default.link.get'],
  ['get claims', 'wasmbus.ctl.v1.default.claims.get'],
  ['app list', 'wadm.api.default.model.list'],
  ['app status shop', 'wadm.api.default.model.list'],
  ['app explain shop', 'wadm.api.default.model.list'],
  ['app history shop', 'wadm.api.default.model.list'],
  ['app get shop', 'wadm.api.default.model.list'],
  ['app put app.yaml', 'wadm.api.default.model.list'],
  ['app deploy app.yaml', 'wadm.api.default.model.list'],
  ['app diff app.yaml', 'wadm.api.default.model.list'],
  ['app rollback shop', 'wadm.api.default.model.list'],
  ['app promote shop', 'wadm.api.default.model.list'],
  ['app undeploy shop', 'wadm.api.default.model.list'],
  ['app undeploy --all', 'wadm.api.default.model.list'],
  ['app delete shop', 'wadm.api.default.model.list'],
  ['config put a k=v', 'wasmbus.ctl.v1.default.config.put.a'],
  ['config get a', 'wasmbus.ctl.v1.default.config.get.a'],
  ['config del a', 'wasmbus.ctl.v1.default.config.get.a'],
  ['secrets put s backend key', 'wasmbus.ctl.v1.default.config.put.SECRET_s'],
  ['secrets get s', 'wasmbus.ctl.v1.default.config.get.SECRET_s'],
  ['secrets del s', 'wasmbus.ctl.v1.default.config.get.SECRET_s'],
  ['link put web kv wasi keyvalue --interface store', 'wasmbus.ctl.v1.default.link.get'],
  ['link del web wasi keyvalue', 'wasmbus.ctl.v1.default.link.get'],
  ['link del --all --force', 'wasmbus.ctl.v1.default.link.get'],
  ['link query', 'wasmbus.ctl.v1.default.link.get'],
  ['start component registry.test/x/y:1 web2', 'wasmbus.ctl.v1.default.component.auction'],
  ['start provider registry.test/x/y:1 kv2', 'wasmbus.ctl.v1.default.provider.auction'],
  ['scale component web --max-instances 4', 'wasmbus.ctl.v1.default.host.ping'],
  ['update component web registry.test/x/y:2', 'wasmbus.ctl.v1.default.host.ping'],
  ['update provider kv registry.test/x/y:2', 'wasmbus.ctl.v1.default.host.ping'],
  ['stop component web', 'wasmbus.ctl.v1.default.host.ping'],
  ['stop provider kv', 'wasmbus.ctl.v1.default.host.ping'],
  ['stop host NA1', 'wasmbus.ctl.v1.default.host.ping'],
  ['label NA1 a=b', 'wasmbus.ctl.v1.default.host.ping'],
  ['call web wasi:keyvalue/store.get {}', 'wasmbus.ctl.v1.default.host.ping'],
  ['top --once', 'wasmbus.ctl.v1.default.host.ping'],
  ['logs', 'wasmlattice.diag.v1.default.req.logs'],
  ['graph', 'wasmbus.ctl.v1.default.host.ping'],
  ['spy web', 'wasmbus.ctl.v1.default.host.ping'],
  ['capture web', 'wasmbus.ctl.v1.default.host.ping'],
];

/** Those that have a page of their own for it, or ask nobody. */
const others = [
  // Its findings are tested in doctor.test.ts.
  'doctor',
  // They only listen.
  'events',
  'get events',
  // A page says it, see host-dashboard.ts and ui.test.ts.
  'ui',
  // It starts what it needs.
  'dev',
  // They look at files, and write them.
  'inspect',
  'access create',
  // They are backends, and their clients, on subjects of their own: secrets.test.ts.
  'secrets serve nats-kv',
  'secrets serve files',
  'secrets serve env',
  'secrets store put',
  'secrets store del',
  'secrets store allow',
  'secrets store disallow',
  // Words that are not known are none.
  'complete-words',
];

let server: TestNatsServer;
let host: FakeHost;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmlattice-cli-'));
  const kv = { name: 'kv', type: 'capability', properties: { image: 'registry.test/kv:1' } };
  const manifest = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'shop', annotations: { version: 'v1' } },
    spec: { components: [kv] },
  };
  await writeFile(join(folder, 'app.yaml'), JSON.stringify(manifest));
  const config = `authorization { users: [
    { user: all, password: x }
    { user: mute, password: x, permissions: { publish: { allow: ["nothing"] } } }
    { user: deaf, password: x, permissions: { subscribe: { allow: ["nothing"] } } }
    { user: viewer, password: x, permissions: { publish: { allow: ["wasmbus.ctl.v1.*.host.ping", "wasmbus.ctl.v1.*.host.get.*", "wasmbus.ctl.v1.*.link.get"] } } }
  ] }`;
  server = await startNatsServer({ config });
  host = await startFakeHost({ url: urlOf('all'), hostId: 'NA1', friendlyName: 'calm-fox-0001' });
  const running = { imageRef: 'file:///x', annotations: {}, revision: 0 };
  host.components.set('web', { ...running, id: 'web', maxInstances: 1 });
  host.providers.set('kv', { ...running, id: 'kv' });
});
beforeEach(() => {
  host.requests.length = 0;
});
afterAll(async () => {
  await host?.stop();
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function urlOf(user: string): string {
  return server.url.replace('//', `//${user}:x@`);
}

/** @param timeoutMs for answers; long enough for a busy machine where one is needed */
async function run(
  command: string,
  url: string,
  timeoutMs = 300,
): Promise<TestIo & { readonly code: number }> {
  const io = createTestIo({ WASMLATTICE_NATS_URL: url }, folder);
  const code = await runCli([...command.split(' '), '--timeout-ms', String(timeoutMs)], io);
  return Object.assign(io, { code });
}

/** All commands that take `--nats-url`, as they are written. */
function latticeCommands(command: Command, path: readonly string[] = []): string[] {
  const own = command.commands.flatMap((each) => latticeCommands(each, [...path, each.name()]));
  const isOne = command.commands.length === 0 && command.options.some(({ long }) => long === '--nats-url');
  return isOne ? [path.join(' '), ...own] : own;
}

it('all commands that talk to a lattice are here', () => {
  const known = [...commands.map(([command]) => command), ...others];
  const missing = latticeCommands(createProgram(createTestIo(), () => {})).filter(
    (name) => !known.some((each) => each === name || each.startsWith(`${name} `)),
  );
  expect(missing).toEqual([]);
});

describe('a login that may not publish', () => {
  it.each(commands)('%s names the subject %s and what to log in as', async (command, subject) => {
    const { code, errors, output } = await run(command, urlOf('mute'));
    expect([code, output.includes(subject)]).toEqual([1, false]);
    const [error = '', check = '', ...more] = errors.trimEnd().split('\n');
    expect(error).toMatch(/^error: /);
    expect(error).toContain(subject);
    expect(check).toMatch(/^check: log in with --ctl-creds of a role that may \(operator, viewer\)/);
    expect(more).toEqual([]);
    expect(host.requests).toEqual([]);
  });
});

describe('a login that may not subscribe to its inbox', () => {
  it.each(commands)('%s says that no answer can arrive, and how one can', async (command) => {
    const { code, errors } = await run(command, urlOf('deaf'));
    expect(code).toBe(1);
    expect(errors).toMatch(/^error: .*(Permissions Violation|NATS does not let this login subscribe)/);
    expect(errors).toMatch(/\ncheck: (no answer can arrive: add --ctl-inbox-prefix|log in with --ctl-creds)/);
  });
});

describe('a login that may look, and no more', () => {
  it.each([
    ['scale component web --max-instances 4', 'wasmbus.ctl.v1.default.component.scale.NA1'],
    ['stop provider kv', 'wasmbus.ctl.v1.default.provider.stop.NA1'],
    ['label NA1 a=b', 'wasmbus.ctl.v1.default.label.put.NA1'],
    ['config put a k=v', 'wasmbus.ctl.v1.default.config.put.a'],
    ['top --once', 'wasmlattice.diag.v1.default.req.figures'],
    ['capture web --for 1s', 'wasmlattice.diag.v1.default.req.capture.NA1'],
    ['app deploy app.yaml', 'wadm.api.default.model.list'],
  ])('is refused %s by the subject %s', async (command, subject) => {
    const { code, errors } = await run(command, urlOf('viewer'), 2_000);
    expect(code).toBe(1);
    expect(errors).toContain(subject);
    expect(errors).toContain('\ncheck: log in with --ctl-creds of a role that may');
    expect(host.requests).toEqual([]);
  });

  it('sees what it may', async () => {
    expect(await run('get inventory', urlOf('viewer'), 2_000)).toMatchObject({ code: 0, errors: '' });
  });
});

describe('where no NATS server is', () => {
  it.each([...commands, ['events', ''] as const])('%s says so, and how to start one', async (command) => {
    const { code, errors } = await run(command, 'nats://127.0.0.1:1');
    expect(code).toBe(3);
    expect(errors).toMatch(
      /^error: cannot connect to NATS at nats:\/\/127\.0\.0\.1:1: .*\ncheck: .*wasmlattice up.*\n$/,
    );
  });

  it('a password that is wrong is another matter', async () => {
    const { code, errors } = await run('get hosts', server.url.replace('//', '//all:y@'));
    expect(code).toBe(3);
    expect(errors).toMatch(/\ncheck: check --ctl-creds/);
  });
});
