import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from './child.js';
import { freePort } from './free-port.js';
import { createTempDir } from './temp-dir.js';
import { triplet, unpackedRoot } from './unpacked-libraries.js';

/** Who may do what: a user of S3. */
export interface TestS3User {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A real Ceph cluster of one monitor, one disk in memory and one gateway that speaks S3, on free loopback ports, gone with its scope. */
export interface TestCeph extends AsyncDisposable {
  /** `http://127.0.0.1:7480` */
  readonly endpoint: string;
  /** As its location constraints name it. */
  readonly region: string;
  readonly user: TestS3User;
}

const run = promisify(execFile);
const host = '127.0.0.1';
const user: TestS3User = { accessKeyId: 'TESTER', secretAccessKey: 'ceph-s3cret' };
/** Of the disk; what is not stored takes none of it. */
const diskBytes = 4 * 1024 ** 3;

/** Runs the program `RADOSGW_BIN` names, with the other programs of Ceph beside it; else those on the PATH. */
export async function startCeph(): Promise<TestCeph> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await createTempDir());
  const gateway = process.env.RADOSGW_BIN ?? 'radosgw';
  const programOf = (name: string): string => (gateway.includes('/') ? join(dirname(gateway), name) : name);
  const root = unpackedRoot(gateway);
  const env = {
    ...process.env,
    ...(root !== undefined && { LD_LIBRARY_PATH: librariesBelow(root).join(':') }),
  };
  const config = join(path, 'ceph.conf');
  const tool = (name: string, ...args: readonly string[]): Promise<unknown> =>
    run(programOf(name), ['-c', config, ...args], { env });
  const start = (name: string, ...args: readonly string[]): Child =>
    opened.use(startChild(programOf(name), ['-c', config, '-f', ...args], env));

  const [monitorPort, port] = [await freePort(), await freePort()];
  const id = randomUUID();
  await writeFile(config, configOf({ id, path, root: root ?? '', monitorPort, port }));
  for (const folder of ['mon', 'osd', 'rgw']) await mkdir(join(path, folder));

  const [keyring, monitors, disks] = ['keyring', 'monmap', 'osdmap'].map((name) => join(path, name)) as [
    string,
    string,
    string,
  ];
  await tool('ceph-authtool', '-C', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  for (const name of ['client.admin', 'client.rgw', 'osd.0']) {
    const caps = ['mon', 'osd'].flatMap((kind) => ['--cap', kind, 'allow *']);
    await tool('ceph-authtool', keyring, '--gen-key', '-n', name, ...caps);
  }
  await tool('monmaptool', '--create', '--fsid', id, '--addv', 'a', `[v2:${host}:${monitorPort}]`, monitors);
  await tool('osdmaptool', '--createsimple', '1', '--with-default-pool', disks);
  await tool('ceph-mon', '--mkfs', '-i', 'a', '--monmap', monitors, '--osdmap', disks, '--keyring', keyring);
  start('ceph-mon', '-i', 'a');
  await tool('ceph-osd', '-i', '0', '--mkfs');
  start('ceph-osd', '-i', '0');
  const server = start('radosgw', '-n', 'client.rgw', '--log-to-stderr', '--debug-rgw', '1');
  await server.waitForLine(/starting handler: beast/);
  const { accessKeyId, secretAccessKey } = user;
  const keys = ['--access-key', accessKeyId, '--secret', secretAccessKey];
  await tool(
    'radosgw-admin',
    '-n',
    'client.rgw',
    'user',
    'create',
    '--uid',
    'tester',
    '--display-name',
    'tester',
    ...keys,
  );

  const scope = opened.move();
  return {
    endpoint: `http://${host}:${port}`,
    region: 'default',
    user,
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

function librariesBelow(root: string): string[] {
  return [`usr/lib/${triplet}`, `usr/lib/${triplet}/ceph`, `lib/${triplet}`, 'usr/lib'].map((folder) =>
    join(root, folder),
  );
}

interface ConfigValues {
  readonly id: string;
  readonly path: string;
  /** Of the files of the packages; empty where they are installed. */
  readonly root: string;
  readonly monitorPort: number;
  readonly port: number;
}

/** One of everything, and decisions of the monitor at once: as it comes, Ceph takes ten seconds more to start. */
function configOf({ id, path, root, monitorPort, port }: ConfigValues): string {
  const libraries = `${root}/usr/lib/${triplet}`;
  return `[global]
fsid = ${id}
mon host = v2:${host}:${monitorPort}
public addr = ${host}
cluster addr = ${host}
keyring = ${path}/keyring
run dir = ${path}
crash dir = ${path}
admin socket =
pid file =
log file =
mon cluster log file = /dev/null
osd class dir = ${libraries}/rados-classes
erasure code dir = ${libraries}/ceph/erasure-code
plugin dir = ${libraries}/ceph

mon data = ${path}/mon
mon data avail crit = 1
mon allow pool size one = true
paxos propose interval = 0.02
paxos min wait = 0.01

osd data = ${path}/osd
osd objectstore = memstore
memstore device bytes = ${diskBytes}
osd crush update on start = false
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off

rgw data = ${path}/rgw
rgw frontends = beast endpoint=${host}:${port}
rgw enable apis = s3
rgw thread pool size = 16
rgw run sync thread = false
rgw override bucket index max shards = 1
rgw dynamic resharding = false
rgw gc max objs = 1
rgw lc max objs = 1
rgw num control oids = 1
rgw objexp hints num shards = 1
`;
}
