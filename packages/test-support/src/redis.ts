import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Child, startChild } from './child.js';
import { freePort } from './free-port.js';
import { createTempDir } from './temp-dir.js';
import type { TestAuthority } from './test-certificates.js';
import { unpackedLibraries } from './unpacked-libraries.js';

/** A real Redis server on a free loopback port, gone with its scope. */
export interface TestRedis extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `redis://127.0.0.1:6379`, `rediss:` with an authority; without the password. */
  readonly url: string;
  /**
   * Runs a command without quotes or spaces in its parts, where neither a password nor TLS is needed; resolves with the answer as it is on
   * the wire.
   */
  command(line: string): Promise<string>;
  /** Ends the process and all connections; its data is kept. */
  stop(): Promise<void>;
  /** Comes back at the same port after {@link stop}. */
  start(): Promise<void>;
}

/** A real Redis cluster of three servers, each with a third of the slots. */
export interface TestRedisCluster extends AsyncDisposable {
  readonly nodes: readonly TestRedis[];
}

export interface TestRedisOptions {
  /** Of the user `default`; without it everybody may connect. */
  readonly password?: string;
  /** Takes TLS connections alone, with a certificate of this authority. */
  readonly authority?: TestAuthority;
  /** Lines of its configuration file. */
  readonly config?: readonly string[];
}

const host = '127.0.0.1';

/** Runs the program `REDIS_SERVER_BIN` names, else `redis-server` on the PATH. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { password, authority, config = [] } = options;
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await createTempDir());
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(path, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const port = await freePort();
  // With any `save` it writes its data when it is stopped.
  const lines = [`bind ${host}`, `dir ${path}`, 'save 3600 1', ...config];
  if (password !== undefined) lines.push(`requirepass ${password}`);
  if (authority === undefined) lines.push(`port ${port}`);
  else {
    const { certificate, key } = authority.issue(host, 'localhost');
    lines.push('port 0', `tls-port ${port}`, 'tls-auth-clients no');
    lines.push(`tls-ca-cert-file ${await write('ca.crt', authority.certificate)}`);
    lines.push(`tls-cert-file ${await write('tls.crt', certificate)}`);
    lines.push(`tls-key-file ${await write('tls.key', key)}`);
  }
  const file = await write('redis.conf', `${lines.join('\n')}\n`);
  const program = process.env.REDIS_SERVER_BIN ?? 'redis-server';
  let child: Child | undefined;
  const start = async (): Promise<void> => {
    child = startChild(program, [file], { ...process.env, ...unpackedLibraries(program) });
    await child.waitForLine(/Ready to accept connections/);
  };
  const stop = async (): Promise<void> => {
    child?.signal('SIGTERM');
    await child?.exited;
  };
  opened.defer(() => child?.[Symbol.asyncDispose]());
  await start();
  const scope = opened.move();
  return {
    host,
    port,
    url: `${authority === undefined ? 'redis' : 'rediss'}://${host}:${port}`,
    command: (line) => command(port, line),
    start,
    stop,
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

const slots = 16_384;

/** Starts three servers as {@link startRedis} does, and resolves once all slots are served. */
export async function startRedisCluster(
  options: Pick<TestRedisOptions, 'config'> = {},
): Promise<TestRedisCluster> {
  await using opened = new AsyncDisposableStack();
  const buses = [await freePort(), await freePort(), await freePort()];
  const nodes: TestRedis[] = [];
  for (const bus of buses) {
    const own = ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 5000'];
    nodes.push(opened.use(await startRedis({ config: [...own, ...(options.config ?? [])] })));
  }
  for (const [index, node] of nodes.entries()) {
    const first = Math.floor((index * slots) / nodes.length);
    const last = Math.floor(((index + 1) * slots) / nodes.length) - 1;
    await node.command(`CLUSTER ADDSLOTSRANGE ${first} ${last}`);
    await node.command(`CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  for (const [index, { port }] of nodes.entries()) {
    if (index > 0) await nodes[0]?.command(`CLUSTER MEET ${host} ${port} ${buses[index]}`);
  }
  // A server logs the change, but not that it knows who has which slot.
  for (const node of nodes) {
    while (!(await node.command('CLUSTER INFO')).includes('cluster_state:ok')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const scope = opened.move();
  return { nodes, [Symbol.asyncDispose]: () => scope.disposeAsync() };
}

/** Sends one command as a line; resolves with the answer as it is on the wire, and rejects with an error that it is. */
async function command(port: number, line: string): Promise<string> {
  const socket = connect(port, host);
  try {
    socket.setEncoding('utf8').write(`${line}\r\n`);
    let answer = '';
    for await (const chunk of socket as AsyncIterable<string>) {
      answer += chunk;
      if (isWhole(answer)) break;
    }
    if (answer.startsWith('-')) throw new Error(`${line}: ${answer.trim()}`);
    return answer;
  } finally {
    socket.destroy();
  }
}

function isWhole(answer: string): boolean {
  const [, length] = /^\$(\d+)\r\n/.exec(answer) ?? [];
  if (length === undefined) return answer.endsWith('\r\n');
  return answer.length >= answer.indexOf('\r\n') + 2 + Number(length) + 2;
}
