import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startChild } from './child.js';
import { createTempDir } from './temp-dir.js';
import { createTestAuthority, type TestAuthority } from './test-certificates.js';

/** A real registry of artifacts on a free loopback port, gone with its scope. */
export interface TestRegistry extends AsyncDisposable {
  /** As references name it, such as `127.0.0.1:41001`. */
  readonly name: string;
  readonly url: string;
  /** What it logged. */
  output(): string;
  /** With `auth: 'token'`: how many tokens its service gave out. */
  tokens(): number;
}

export interface TestRegistryOptions {
  /** Who may push and pull: everybody, {@link registryUser} by password, or whom a token service gives a token. */
  readonly auth?: 'none' | 'basic' | 'token';
  /** Serves HTTPS with a certificate of this authority; so does the token service. */
  readonly authority?: TestAuthority;
  /** That of a registry before it; a free one by default. */
  readonly port?: number;
  /** Folder of its data, which stays; a temporary one by default. */
  readonly folder?: string;
  /** How long a token is good, in seconds. */
  readonly tokenSeconds?: number;
}

/** The one user of a registry with authentication. */
export const registryUser: { readonly username: string; readonly password: string } = {
  username: 'tester',
  password: 'registry-s3cret',
};

/** `htpasswd -B` of that user. */
const passwordLine = 'tester:$2b$04$abcdefghijklmnopqrstuuDrwW6sPI2Vv2AOaWD9AUrKm4vD23IjO\n';

const host = '127.0.0.1';

/** Runs the program `DOCKER_REGISTRY_BIN` names, else `docker-registry` on the PATH. */
export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const { auth = 'none', authority, port: wanted = 0, tokenSeconds = 300 } = options;
  await using opened = new AsyncDisposableStack();
  const dir = opened.use(await createTempDir());
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir.path, name), text);
    return join(dir.path, name);
  };
  const http: Record<string, unknown> = { addr: `${host}:${wanted}`, secret: 'of a test' };
  if (authority !== undefined) {
    const { certificate, key } = authority.issue(host, 'localhost');
    http.tls = { certificate: await file('tls.crt', certificate), key: await file('tls.key', key) };
  }
  const settings: Record<string, unknown> = {
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    storage: {
      filesystem: { rootdirectory: options.folder ?? join(dir.path, 'data') },
      delete: { enabled: true },
    },
    http,
  };
  let service: TokenService | undefined;
  if (auth === 'basic') {
    settings.auth = { htpasswd: { realm: 'test', path: await file('htpasswd', passwordLine) } };
  } else if (auth === 'token') {
    service = opened.use(await startTokenService(tokenSeconds, authority));
    settings.auth = {
      token: {
        realm: service.url,
        service: 'test-registry',
        issuer: 'test-issuer',
        rootcertbundle: await file('issuer.crt', service.certificate),
      },
    };
  }
  const program = process.env.DOCKER_REGISTRY_BIN ?? 'docker-registry';
  // JSON is YAML, too.
  const args = ['serve', await file('config.yml', JSON.stringify(settings))];
  const child = opened.use(startChild(program, args, { PATH: process.env.PATH }));
  const [, digits] = await child.waitForLine(/listening on [\d.]+:(\d+)/);
  const running = opened.move();
  const name = `${host}:${digits}`;
  return {
    name,
    url: `${authority === undefined ? 'http' : 'https'}://${name}`,
    output: child.output,
    tokens: () => service?.given() ?? 0,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface TokenService extends AsyncDisposable {
  readonly url: string;
  readonly certificate: string;
  given(): number;
}

/** Gives tokens for what is asked to {@link registryUser}, and to anybody else those that permit nothing. */
async function startTokenService(seconds: number, authority?: TestAuthority): Promise<TokenService> {
  const issuer = createTestAuthority('test-issuer');
  const basic = `Basic ${Buffer.from(`${registryUser.username}:${registryUser.password}`).toString('base64')}`;
  let given = 0;
  const answer: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const isKnown = request.headers.authorization === basic;
    if (request.headers.authorization !== undefined && !isKnown) {
      response.writeHead(401).end();
      return;
    }
    const scopes = url.searchParams.getAll('scope').flatMap((text) => text.split(' '));
    const token = signToken(issuer, seconds, isKnown ? scopes : []);
    given += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token, expires_in: seconds }));
  };
  const tls = authority?.issue(host);
  const server =
    tls === undefined
      ? createServer(answer)
      : createSecureServer({ cert: tls.certificate, key: tls.key }, answer);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${(server.address() as AddressInfo).port}/token`,
    certificate: issuer.certificate,
    given: () => given,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function signToken(issuer: TestAuthority, seconds: number, scopes: readonly string[]): string {
  const now = Math.floor(Date.now() / 1_000);
  const access = scopes.map((scope) => {
    const [type = '', name = '', actions = ''] = scope.split(':');
    return { type, name, actions: actions.split(',') };
  });
  const header = {
    typ: 'JWT',
    alg: 'ES256',
    x5c: [new X509Certificate(issuer.certificate).raw.toString('base64')],
  };
  const claims = {
    iss: 'test-issuer',
    aud: 'test-registry',
    sub: registryUser.username,
    exp: now + seconds,
    nbf: now - 5,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = { key: createPrivateKey(issuer.key), dsaEncoding: 'ieee-p1363' } as const;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
