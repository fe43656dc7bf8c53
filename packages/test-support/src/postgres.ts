import { execFile } from 'node:child_process';
import { chown, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from './child.js';
import { freePort } from './free-port.js';
import { createTempDir } from './temp-dir.js';
import type { TestAuthority } from './test-certificates.js';
import { unpackedLibraries } from './unpacked-libraries.js';

/** A real PostgreSQL server on a free loopback port, gone with its scope. */
export interface TestPostgres extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** There from the start. */
  readonly database: string;
  /** Ends all connections, and takes new ones. */
  restart(): Promise<void>;
}

export interface TestPostgresOptions {
  /** Takes TLS connections, with a certificate of this authority. */
  readonly authority?: TestAuthority;
}

const run = promisify(execFile);
const host = '127.0.0.1';
const [user, password, database] = ['tester', 'postgres-s3cret', 'postgres'];
/** `nobody`: the server refuses to run as root. */
const otherUser = { uid: 65_534, gid: 65_534 };

/** Runs the program `POSTGRES_BIN` names, with the `initdb` beside it; else those on the PATH. */
export async function startPostgres({ authority }: TestPostgresOptions = {}): Promise<TestPostgres> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await createTempDir());
  const program = process.env.POSTGRES_BIN ?? 'postgres';
  const initdb = program.includes('/') ? join(dirname(await realpath(program)), 'initdb') : 'initdb';
  const runAs = process.getuid?.() === 0 ? otherUser : undefined;
  const env = { ...process.env, ...unpackedLibraries(program), LC_ALL: 'C' };
  const own = async (name: string, text: string): Promise<string> => {
    const file = join(path, name);
    await writeFile(file, text, { mode: 0o600 });
    if (runAs !== undefined) await chown(file, runAs.uid, runAs.gid);
    return file;
  };
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid);
  const data = join(path, 'data');
  const pwfile = await own('password', password);
  await run(
    initdb,
    ['-D', data, '-U', user, '-A', 'scram-sha-256', `--pwfile=${pwfile}`, '--no-sync', '-E', 'UTF8'],
    {
      ...runAs,
      env,
      cwd: path,
    },
  );
  const tls: string[] = [];
  if (authority !== undefined) {
    const { certificate, key } = authority.issue(host, 'localhost');
    tls.push('-c', 'ssl=on', '-c', `ssl_cert_file=${await own('tls.crt', certificate)}`);
    tls.push('-c', `ssl_key_file=${await own('tls.key', key)}`);
  }
  const port = await freePort();
  const settings = [
    `listen_addresses=${host}`,
    `unix_socket_directories=${path}`,
    'fsync=off',
    'log_timezone=UTC',
    // A server that was unpacked has no LLVM to compile expressions with.
    'jit=off',
  ];
  const start = async () => {
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((each) => ['-c', each]), ...tls];
    const child = startChild(program, args, env, { ...runAs, cwd: path });
    await child.waitForLine(/database system is ready to accept connections/);
    return child;
  };
  let child = await start();
  opened.defer(async () => {
    child.signal('SIGINT');
    await child.exited;
  });
  const scope = opened.move();
  return {
    host,
    port,
    user,
    password,
    database,
    async restart() {
      // Fast shutdown: clients are cut off.
      child.signal('SIGINT');
      await child.exited;
      child = await start();
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}
