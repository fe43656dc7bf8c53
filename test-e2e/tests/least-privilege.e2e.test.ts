import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHandleGuests, callerInterface } from '@wasmlattice/handle-guests';
import { inboxPrefixOf } from '@wasmlattice/nats-access';
import { call, func, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir, freePort, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessFiles, writeAccessFiles } from '../src/access-files.js';
import { runCli } from '../src/cli-process.js';
import { linkKeyvalue, putLink, serveHttp, startComponent, stopComponent } from '../src/deploy.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { type DeployedAccess, deployedKeyAccess, deployedTokenAccess } from '../src/nats-access.js';
import { paths } from '../src/paths.js';
import { connectAs } from '../src/role-connection.js';

const isolated = { 'wasmlattice.dev/isolation': 'process' };

describe.each([
  ['keys, as in deploy/nats/lattice.conf', deployedKeyAccess, 'hostFlags'],
  ['tokens', async () => deployedTokenAccess(), 'hostFlags'],
  [
    'tokens, those of providers and components made by hosts',
    async () => deployedTokenAccess(),
    'makingHostFlags',
  ],
] as const)(
  'with nothing more than the roles of a server that knows users by %s',
  (_way, makeAccess, flags) => {
    let access: DeployedAccess;
    let files: AccessFiles;
    let nats: TestNatsServer;
    let hosts: readonly HostProcess[];
    let operator: Lattice;

    beforeAll(async () => {
      access = await makeAccess();
      files = await writeAccessFiles(access);
      nats = await startNatsServer(access.server);
      const args = [...files[flags], '--serving-threads', '1', '--audit', 'log,events'];
      hosts = [await startHost({ nats, args }), await startHost({ nats, args })];
      operator = await joinLattice(nats, 'default', files.login('operator'));
    });
    afterAll(async () => {
      await operator?.[Symbol.asyncDispose]();
      for (const host of hosts ?? []) await host[Symbol.asyncDispose]();
      await nats?.[Symbol.asyncDispose]();
      await files?.[Symbol.asyncDispose]();
    });

    it('an operator deploys, components call each other, providers and key-value stores, and HTTP is served', async () => {
      const [first, second] = hosts;
      if (first === undefined || second === undefined) throw new Error('two hosts');
      // On the other host than its listener and its provider, in a process of its own: all goes over NATS.
      await startComponent(operator, second, {
        id: 'counter',
        wasm: paths.counter,
        annotations: isolated,
      });
      await linkKeyvalue(operator, first, 'counter', 'visits');
      const url = await serveHttp(operator, first, 'counter', await freePort());
      const visit = async (): Promise<number> => (await fetch(url)).status;
      await expect.poll(visit).toBe(200);
      // And shared, beside the provider.
      await startComponent(operator, first, { id: 'counter', wasm: paths.counter });
      await stopComponent(operator, second, { id: 'counter', wasm: paths.counter });
      await expect.poll(visit).toBe(200);
    });

    it('components on two hosts, each in a process of its own, hand out resources and use them', async () => {
      const [first, second] = hosts;
      if (first === undefined || second === undefined) throw new Error('two hosts');
      await using folder = await createTempDir();
      const built = await buildHandleGuests();
      const wasm = { caller: join(folder.path, 'caller.wasm'), callee: join(folder.path, 'callee.wasm') };
      for (const name of ['caller', 'callee'] as const) {
        await writeFile(wasm[name], built[name]);
        const host = name === 'caller' ? first : second;
        await startComponent(operator, host, {
          id: name,
          wasm: wasm[name],
          maxInstances: 4,
          annotations: isolated,
        });
      }
      await putLink(operator, { source: 'caller', target: 'callee', interface: 'test:handles/counters' });
      await using calls = await connectAs('host-calls', nats, access);
      const invoker = createNatsInvoker({
        connection: calls.connection,
        lattice: 'default',
        inboxPrefix: inboxPrefixOf('host-calls'),
      });
      const params = [
        ['start', t.u32],
        ['times', t.u32],
      ] as const;
      const count = { target: 'caller', instance: callerInterface, func: func('count', params, t.u32) };
      // Either host may have taken the link; the caller's sees it a moment later.
      await expect.poll(() => call(invoker, { ...count, params: [2, 5] })).toBe(7);
      await invoker.close();
    });

    it('the audit says which role asked', async () => {
      const recorded = operator.nextEvent('audit_recorded', { operation: 'config.put', target: 'greeting' });
      await operator.succeed('config.put.greeting', { greeting: 'a value that nobody is to read' });
      const { data } = await recorded;
      expect(data).toMatchObject({ category: 'control', outcome: 'ok' });
      expect(data.requester).toMatch(/^_INBOX_operator\./);
      const told = hosts.find(({ id }) => id === data.host_id)?.child;
      await told?.waitForLine(
        /host\.audit: control config\.put: ok .*target=greeting.*requester=_INBOX_operator\./,
      );
      expect(told?.output()).not.toContain('a value that nobody is to read');
    });

    it('the command line works as operator, and only looks as viewer', async () => {
      const asViewer = (...args: string[]) => runCli(nats, ...args, ...files.cliFlags('viewer'));
      const asOperator = (...args: string[]) => runCli(nats, ...args, ...files.cliFlags('operator'));
      expect(await asViewer('get', 'hosts')).toMatchObject({
        code: 0,
        output: expect.stringContaining(hosts[0]?.id ?? ''),
      });
      expect(await asViewer('get', 'links')).toMatchObject({
        code: 0,
        output: expect.stringContaining('counter'),
      });
      expect(await asViewer('config', 'put', 'greeting', 'greeting=hi')).toMatchObject({
        code: expect.not.toSatisfy((code: unknown) => code === 0),
        output: expect.stringMatching(/not allowed|permission/i),
      });
      expect(await asOperator('config', 'put', 'greeting', 'greeting=hi')).toMatchObject({ code: 0 });
      expect(await asOperator('config', 'get', 'greeting')).toMatchObject({
        code: 0,
        output: expect.stringContaining('hi'),
      });
    });

    it('who has the rights of a component or provider can not command, stop or reconfigure anything', async () => {
      for (const role of ['component', 'provider'] as const) {
        const stranger = await connect({ servers: nats.url, ...files.login(role) });
        stranger.publish('wasmbus.ctl.v1.default.config.put.greeting', '{"greeting":"stolen"}');
        stranger.publish(
          'wasmbus.rpc.default.keyvalue.default.shutdown',
          JSON.stringify({ host_id: hosts[0]?.id }),
          {
            reply: '_INBOX.x',
          },
        );
        // A provider may use the buckets of its own account: those of the lattice are in another.
        stranger.publish('$KV.CONFIGDATA_default.greeting', '{"greeting":"stolen"}');
        await stranger.flush();
        await stranger.close();
      }
      expect((await operator.succeed('config.get.greeting')).response).toEqual({ greeting: 'hi' });
      const inventory = await operator.succeed(`host.get.${hosts[0]?.id}`);
      expect(JSON.stringify(inventory.response)).toContain('keyvalue');
    });

    it('hosts stop in order', async () => {
      const goodbye = operator.nextEvent('host_stopped');
      await operator.succeed(`host.stop.${hosts[1]?.id}`, {});
      await goodbye;
      expect(await hosts[1]?.child.exited).toBe(0);
      expect(await hosts[0]?.stop()).toBe(0);
      for (const host of hosts)
        expect(host.child.output()).not.toMatch(/Permissions Violation|PERMISSIONS_VIOLATION/i);
    });
  },
);
