import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createTempDir,
  createTestAuthority,
  freePort,
  startNatsServer,
  type TempDir,
  type TestNatsServer,
} from '@wasmlattice/test-support';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli-process.js';
import { linkKeyvalue, serveHttp, startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { joinLattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';

const isolated = { 'wasmlattice.dev/isolation': 'process' };

describe('with control and calls on servers of their own, both with TLS', () => {
  let folder: TempDir;
  let ca: string;
  let ctl: TestNatsServer;
  let rpc: TestNatsServer;
  let flags: readonly string[];

  beforeAll(async () => {
    folder = await createTempDir();
    const authority = createTestAuthority();
    ca = join(folder.path, 'ca.pem');
    await writeFile(ca, authority.certificate);
    const server = async (name: string): Promise<TestNatsServer> => {
      const { certificate, key } = authority.issue('127.0.0.1', 'localhost');
      const [certFile, keyFile] = [join(folder.path, `${name}.pem`), join(folder.path, `${name}.key`)];
      await writeFile(certFile, certificate);
      await writeFile(keyFile, key);
      return await startNatsServer({ config: `tls { cert_file: "${certFile}", key_file: "${keyFile}" }\n` });
    };
    [ctl, rpc] = [await server('ctl'), await server('rpc')];
    flags = [
      ...['--ctl-host', ctl.host, '--ctl-port', String(ctl.port)],
      ...['--rpc-host', rpc.host, '--rpc-port', String(rpc.port)],
    ];
  });
  afterAll(async () => {
    for (const each of [ctl, rpc, folder]) await each?.[Symbol.asyncDispose]();
  });

  it('a host, its providers and isolated components trust the authority that they are told', async () => {
    const admin = `127.0.0.1:${await freePort()}`;
    // As a name: the NATS client of JavaScript refuses every certificate for an address.
    const login = { tls: { caFile: ca } };
    const named = ({ port }: TestNatsServer) => ({ url: `nats://localhost:${port}` });
    await using lattice = await joinLattice(named(ctl), 'default', login);
    const asked: unknown[] = [];
    lattice.connection.subscribe('wasmbus.cfg.default.req', {
      callback: (_error, message) => {
        asked.push(message.json());
        message.respond(
          '{"registryCredentials":{"registry.example.org":{"username":"me","password":"hunter2"}}}',
        );
      },
    });
    await lattice.connection.flush();
    await using host = await startHost({
      args: [
        ...flags,
        ...['--ctl-tls', '--ctl-tls-ca-file', ca, '--rpc-tls', '--rpc-tls-ca-file', ca],
        ...['--http-admin', admin, '--config-service-enabled', '--label', 'zone=edge'],
      ],
    });
    expect(asked).toEqual([{ labels: expect.objectContaining({ zone: 'edge' }) }]);
    const statusOf = async (path: string): Promise<number> => (await fetch(`http://${admin}${path}`)).status;
    expect([await statusOf('/livez'), await statusOf('/readyz')]).toEqual([200, 200]);

    await startComponent(lattice, host, { id: 'counter', wasm: paths.counter, annotations: isolated });
    await linkKeyvalue(lattice, host, 'counter', 'visits');
    const url = await serveHttp(lattice, host, 'counter', await freePort());
    await expect.poll(async () => (await fetch(url)).status).toBe(200);

    // Nothing of calls on the server of control, and nothing of control on that of calls.
    await using calls = await joinLattice(named(rpc), 'default', login);
    await expect(
      calls.connection.request('wasmbus.ctl.v1.default.host.ping', '', { timeout: 60_000 }),
    ).rejects.toThrow(/503/);
    expect(await runCli(ctl, 'get', 'hosts', '--ctl-tls-ca-file', ca)).toMatchObject({
      code: 0,
      output: expect.stringContaining(host.id),
    });
    expect(host.child.output()).not.toContain('hunter2');

    const stopping = host.stop();
    await host.child.waitForLine(/host is stopping/);
    expect(await stopping).toBe(0);
  });

  it('who is not told whom to trust does not connect, and says what to check', async () => {
    await expect(startHost({ args: [...flags, '--ctl-tls', '--rpc-tls'] })).rejects.toThrow(
      /TLS could not be agreed on; check --ctl-tls, --ctl-tls-ca-file/,
    );
    expect(await runCli(ctl, 'get', 'hosts', '--ctl-tls')).toMatchObject({
      code: expect.not.toSatisfy((code: unknown) => code === 0),
      output: expect.stringContaining('--ctl-tls-ca-file'),
    });
    await expect(startHost({ args: [...flags, '--ctl-tls-ca-file', '/nowhere/ca.pem'] })).rejects.toThrow(
      /cannot read the certificates of --ctl-tls-ca-file, \/nowhere\/ca\.pem/,
    );
  });
});

describe('on a leaf node with JetStream of its own', () => {
  it('hosts keep the lattice data in the domain of the hub, where it is shared', async () => {
    const leafPort = await freePort();
    await using hub = await startNatsServer({
      config: `server_name: hub\njetstream: { domain: hub }\nleafnodes: { listen: "127.0.0.1:${leafPort}" }\n`,
    });
    await using leaf = await startNatsServer({
      config: `server_name: edge\njetstream: { domain: edge }\nleafnodes: { remotes: [{ url: "nats-leaf://127.0.0.1:${leafPort}" }] }\n`,
    });
    await using lattice = await joinLattice(hub);
    await using edge = await connect({ servers: leaf.url }).then((connection) => ({
      connection,
      [Symbol.asyncDispose]: () => connection.close(),
    }));
    // The leaf has found its hub once a message gets across.
    await expect
      .poll(async () =>
        edge.connection.request('$JS.hub.API.INFO', '', { timeout: 1_000 }).then(
          () => 'there',
          () => 'not yet',
        ),
      )
      .toBe('there');
    const args = ['--js-domain', 'hub', '--serving-threads', '1'];
    await using near = await startHost({ nats: hub, args });
    await using far = await startHost({ nats: leaf, args });
    // The hub learns later than the leaf node what the host listens to.
    await expect.poll(() => lattice.ask(`host.get.${far.id}`).catch(() => undefined)).toBeDefined();
    await lattice.succeed('config.put.shared', { greeting: 'hello' });
    await startComponent(lattice, far, { id: 'counter', wasm: paths.counter, config: ['shared'] });
    // The provider and its buckets are at the hub, the component at the edge.
    await linkKeyvalue(lattice, near, 'counter', 'visits');
    const url = await serveHttp(lattice, far, 'counter', await freePort());
    await expect.poll(async () => (await fetch(url)).status).toBe(200);

    const streamsOf = async (domain: string): Promise<string[]> => {
      const manager = await edge.connection.jetstreamManager({ domain });
      return (await manager.streams.list().next()).map(({ config }) => config.name).sort();
    };
    expect(await streamsOf('hub')).toEqual(['KV_CONFIGDATA_default', 'KV_LATTICEDATA_default', 'KV_visits']);
    expect(await streamsOf('edge')).toEqual([]);
    expect([await near.stop(), await far.stop()]).toEqual([0, 0]);
  });
});
