import { type Role, roles } from '@wasmlattice/nats-access';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployedAccess, deployedKeyAccess, deployedTokenAccess } from '../src/nats-access.js';
import { connectAs } from '../src/role-connection.js';

const control = 'wasmbus.ctl.v1.default';

/** Subjects that somebody publishes or subscribes, and who may: written out, so that nothing of the permissions themselves stands here. */
const publishers: Readonly<Record<string, readonly Role[]>> = {
  [`${control}.host.ping`]: ['reconciling-host', 'operator', 'scheduler', 'viewer'],
  [`${control}.host.get.NHOST`]: ['reconciling-host', 'operator', 'scheduler', 'viewer'],
  [`${control}.link.get`]: ['reconciling-host', 'operator', 'scheduler', 'viewer'],
  [`${control}.claims.get`]: ['reconciling-host', 'operator', 'scheduler', 'viewer'],
  [`${control}.config.get.database`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.config.put.database`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.config.del.database`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.link.put`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.link.del`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.component.scale.NHOST`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.component.update.NHOST`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.component.auction`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.provider.auction`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.provider.start.NHOST`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.provider.stop.NHOST`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.label.put.NHOST`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.label.del.NHOST`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.host.stop.NHOST`]: ['reconciling-host', 'operator', 'scheduler'],
  [`${control}.registry.put`]: ['reconciling-host', 'operator', 'scheduler'],
  'wasmbus.ctl.v1.other.host.ping': [],
  'wasmbus.ctl.v2.default.host.ping': [],
  'wadm.api.default.model.list': ['reconciling-host', 'operator', 'scheduler', 'viewer'],
  'wadm.status.default.hello': ['reconciling-host', 'scheduler'],
  'wasmlattice.alive.default.NHOST': ['host', 'reconciling-host'],
  '$KV.RECONCILER_default.lease': ['reconciling-host', 'provider'],
  'wadm.api.default.model.status.shop': ['operator', 'scheduler', 'viewer'],
  'wadm.api.default.model.get.shop': ['operator', 'scheduler'],
  'wadm.api.default.model.deploy.shop': ['operator', 'scheduler'],
  'wasmbus.evt.default.component_scaled': ['host', 'reconciling-host'],
  'wasmbus.evt.other.component_scaled': [],
  'wasmbus.cfg.default.req': ['host', 'reconciling-host'],
  'wasmcloud.policy': ['host', 'reconciling-host'],
  'wasmlattice.diag.v1.default.req.figures.NHOST': ['reconciling-host', 'operator', 'viewer'],
  'wasmlattice.diag.v1.default.req.traces.NHOST': ['operator', 'viewer'],
  'wasmlattice.diag.v1.default.req.logs': ['operator', 'viewer'],
  'wasmlattice.diag.v1.default.req.capture.NHOST': ['operator'],
  'wasmlattice.diag.v1.default.logs.NHOST': ['host', 'reconciling-host'],
  'wasmlattice.diag.v1.other.req.logs': [],
  'wasmcloud.secrets.v1alpha1.nats-kv.get': ['host', 'reconciling-host'],
  'wasmcloud.secrets.v1alpha1.nats-kv.server_xkey': ['host', 'reconciling-host'],
  'wasmcloud.secrets.v1alpha1.nats-kv.put_secret': [],
  'wasmcloud.secrets.v1alpha1.nats-kv.add_mapping.MABC': [],
  'wasmbus.rpc.default.kv.linkdefs.put': ['host-calls'],
  'wasmbus.rpc.default.kv.linkdefs.del': ['host-calls'],
  'wasmbus.rpc.default.kv.config.update': ['host-calls'],
  'wasmbus.rpc.default.XKEY.secrets.update': ['host-calls'],
  'wasmbus.rpc.default.kv.default.shutdown': ['host-calls'],
  'wasmbus.rpc.default.kv.health': ['host-calls'],
  'default.kv.wrpc.0.0.1.wrpc:keyvalue/store@0.2.0-draft.get': ['host-calls', 'provider', 'component'],
  'default.kv.owner-1f.wrpc.0.0.1.wasmlattice:lattice/holder@0.1.0.alive': [
    'host-calls',
    'provider',
    'component',
  ],
  'other.kv.wrpc.0.0.1.wrpc:keyvalue/store@0.2.0-draft.get': [],
  // Providers have them in the account of calls, where no bucket of the lattice is.
  '$KV.LATTICEDATA_default.COMPONENT_hello': ['host', 'reconciling-host', 'provider'],
  '$KV.CONFIGDATA_default.database': ['host', 'reconciling-host', 'provider'],
  '$JS.API.STREAM.INFO.KV_LATTICEDATA_default': ['host', 'reconciling-host', 'provider'],
  '$JS.API.DIRECT.GET.KV_CONFIGDATA_default.$KV.CONFIGDATA_default.database': [
    'host',
    'reconciling-host',
    'provider',
  ],
  '$JS.API.STREAM.MSG.GET.KV_CONFIGDATA_default': ['host', 'reconciling-host', 'provider'],
  '$JS.API.CONSUMER.CREATE.KV_CONFIGDATA_default': ['host', 'reconciling-host', 'provider'],
  '$JS.API.STREAM.CREATE.KV_LATTICEDATA_default': ['host', 'reconciling-host', 'provider'],
  '$JS.API.STREAM.CREATE.KV_visits': ['provider'],
  '$JS.API.STREAM.CREATE.wadm_events': ['scheduler', 'provider'],
  '$JS.API.CONSUMER.MSG.NEXT.KV_CONFIGDATA_default.wadm_events': ['provider'],
  '$KV.wadm_manifests.default': ['reconciling-host', 'operator', 'scheduler', 'provider'],
  '$JS.API.DIRECT.GET.KV_wadm_manifests.$KV.wadm_manifests.default': [
    'reconciling-host',
    'operator',
    'scheduler',
    'provider',
  ],
  '$JS.API.CONSUMER.CREATE.KV_wadm_manifests': ['reconciling-host', 'scheduler', 'provider'],
  '$JS.API.STREAM.UPDATE.KV_LATTICEDATA_default': ['provider'],
  '$JS.API.STREAM.DELETE.KV_LATTICEDATA_default': [],
  '$JS.API.STREAM.PURGE.KV_LATTICEDATA_default': [],
  '$JS.API.STREAM.SNAPSHOT.KV_CONFIGDATA_default': [],
  '$JS.API.STREAM.LIST': ['provider'],
  '$JS.API.ACCOUNT.PURGE.A': [],
  '$SYS.REQ.SERVER.PING': [],
  '_INBOX_host.a': [],
  '_INBOX_reconciling-host.a': [],
  '_INBOX_operator.a': [],
  '_INBOX_scheduler.a': [],
  '_INBOX_viewer.a': [],
  '_INBOX_host-calls.a': ['host-calls', 'provider', 'component'],
  '_INBOX_provider.a': ['host-calls', 'provider', 'component'],
  '_INBOX_component.a': ['host-calls', 'provider', 'component'],
  '_INBOX.a': ['host-calls', 'provider', 'component'],
};

const subscribers: Readonly<Record<string, readonly Role[]>> = {
  '>': [],
  '*': [],
  '*.>': [],
  'wasmbus.>': [],
  '$SYS.>': [],
  '$JS.>': [],
  '$KV.CONFIGDATA_default.>': [],
  [`${control}.>`]: ['host', 'reconciling-host'],
  [`${control}.config.>`]: ['host', 'reconciling-host'],
  'wasmbus.ctl.v1.other.>': [],
  'wasmbus.evt.default.*': ['reconciling-host', 'operator', 'scheduler', 'viewer'],
  'wasmlattice.alive.default.*': ['reconciling-host'],
  'wadm.api.default.>': ['reconciling-host', 'scheduler'],
  'wadm.api.>': ['scheduler'],
  'wasmcloud.policy.changes': ['host', 'reconciling-host'],
  'wasmlattice.diag.v1.default.req.>': ['host', 'reconciling-host'],
  'wasmlattice.diag.v1.default.logs.*': ['operator', 'viewer'],
  'wasmlattice.diag.v1.other.logs.*': [],
  'wasmcloud.secrets.>': [],
  'wasmcloud.secrets.v1alpha1.*.get': [],
  'wasmcloud.secrets.v1alpha1.*.changed': ['host', 'reconciling-host'],
  'default.kv.wrpc.>': ['host-calls', 'provider', 'component'],
  'default.kv.owner-1f.wrpc.>': ['host-calls', 'provider', 'component'],
  'default.kv.>': [],
  'other.kv.wrpc.>': [],
  'wasmbus.rpc.default.>': ['host-calls'],
  'wasmbus.rpc.default.XKEY.linkdefs.put': ['host-calls', 'provider'],
  'wasmbus.rpc.default.XKEY.secrets.update': ['host-calls', 'provider'],
  'wasmbus.rpc.default.kv.linkdefs.del': ['host-calls', 'provider'],
  'wasmbus.rpc.default.kv.health': ['host-calls', 'provider'],
  'wasmbus.rpc.default.kv.default.shutdown': ['host-calls', 'provider'],
  'wasmbus.rpc.default.kv.config.update': ['host-calls', 'provider'],
  '_INBOX.>': ['operator', 'scheduler', 'provider'],
  '_INBOX_host.>': ['host'],
  '_INBOX_reconciling-host.>': ['reconciling-host'],
  '_INBOX_operator.>': ['operator'],
  '_INBOX_scheduler.>': ['scheduler'],
  '_INBOX_viewer.>': ['viewer'],
  '_INBOX_host-calls.>': ['host-calls'],
  '_INBOX_provider.>': ['provider'],
  '_INBOX_component.>': ['component'],
};

describe.each([
  ['keys, as in deploy/nats/lattice.conf', deployedKeyAccess],
  ['tokens', async () => deployedTokenAccess()],
])('on a server that knows users by %s', (_way, makeAccess) => {
  let access: DeployedAccess;
  let nats: TestNatsServer;

  beforeAll(async () => {
    access = await makeAccess();
    nats = await startNatsServer(access.server);
  });
  afterAll(() => nats?.[Symbol.asyncDispose]());

  it.each(roles)('%s publishes and subscribes what its role does, and nothing else', async (role) => {
    await using user = await connectAs(role, nats, access);
    const forRole = (table: typeof publishers): string[] =>
      Object.entries(table).flatMap(([subject, allowed]) => (allowed.includes(role) ? [subject] : []));
    expect(await user.allowed('publish', Object.keys(publishers))).toEqual(forRole(publishers));
    expect(await user.allowed('subscribe', Object.keys(subscribers))).toEqual(forRole(subscribers));
  });
});
