import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './child.js';
import { freePort } from './free-port.js';
import { createTempDir } from './temp-dir.js';
import type { TestAuthority } from './test-certificates.js';
import { unpackedLibraries } from './unpacked-libraries.js';

/** A real mosquitto, an MQTT broker, on a free loopback port, gone with its scope. */
export interface TestMosquitto extends AsyncDisposable {
  /** `mqtt://127.0.0.1:1883`; `mqtts:` with an authority. */
  readonly url: string;
  /** Everything it logged: each connection, each packet. */
  log(): string;
  /** Ends all connections and comes back with its sessions. */
  restart(): Promise<void>;
}

export interface TestMosquittoOptions {
  /** Passwords by user; without, everybody may connect. */
  readonly users?: Readonly<Record<string, string>>;
  /** Takes TLS connections alone, with a certificate of this authority. */
  readonly authority?: TestAuthority;
  /** Asks for a certificate of the authority, too, whose common name is the user. */
  readonly needsClientCertificate?: boolean;
}

const host = '127.0.0.1';

/** Runs the program `MOSQUITTO_BIN` names, else `mosquitto` on the PATH. */
export async function startMosquitto(options: TestMosquittoOptions = {}): Promise<TestMosquitto> {
  const { users, authority, needsClientCertificate = false } = options;
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await createTempDir());
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(path, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const port = await freePort();
  // `user`: otherwise it would go on as another one where root runs the tests, who may not read these files.
  const lines = [`listener ${port} ${host}`, 'user root', 'log_dest stderr', 'log_type all'];
  lines.push('persistence true', `persistence_location ${path}/`, `allow_anonymous ${users === undefined}`);
  if (users !== undefined) {
    const entries = Object.entries(users).map(([user, password]) => `${user}:${passwordHash(password)}\n`);
    lines.push(`password_file ${await write('passwords', entries.join(''))}`);
  }
  if (authority !== undefined) {
    const { certificate, key } = authority.issue(host, 'localhost');
    lines.push(`cafile ${await write('ca.crt', authority.certificate)}`);
    lines.push(`certfile ${await write('tls.crt', certificate)}`, `keyfile ${await write('tls.key', key)}`);
    if (needsClientCertificate) lines.push('require_certificate true', 'use_identity_as_username true');
  }
  const config = await write('mosquitto.conf', `${lines.join('\n')}\n`);
  const program = process.env.MOSQUITTO_BIN ?? 'mosquitto';
  const start = async () => {
    const child = startChild(program, ['-c', config], { ...process.env, ...unpackedLibraries(program) });
    await child.waitForLine(/mosquitto version [\d.]+ running/);
    return child;
  };
  let child = await start();
  opened.defer(() => child[Symbol.asyncDispose]());
  const scope = opened.move();
  return {
    url: `${authority === undefined ? 'mqtt' : 'mqtts'}://${host}:${port}`,
    log: () => child.output(),
    async restart() {
      child.signal('SIGTERM');
      await child.exited;
      child = await start();
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

/** As `mosquitto_passwd` writes it: PBKDF2 with SHA-512. */
function passwordHash(password: string): string {
  const rounds = 101;
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, rounds, 64, 'sha512');
  return `$7$${rounds}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
