import { readFile } from 'node:fs/promises';
import { keyPairFromSeed } from '@wasmlattice/nats-access';
import { connect, nkeyAuthenticator } from 'nats';
import { readDirectory } from './directory.js';
import { serveAuthorization } from './serve.js';

const { AUTH_CALLOUT_DIRECTORY, AUTH_CALLOUT_ISSUER_SEED, AUTH_CALLOUT_SERVICE_SEED, NATS_URL } = process.env;
const log = (line: string): void => void process.stderr.write(`auth-callout: ${line}\n`);

if (!AUTH_CALLOUT_DIRECTORY || !AUTH_CALLOUT_ISSUER_SEED || !AUTH_CALLOUT_SERVICE_SEED) {
  log('set AUTH_CALLOUT_DIRECTORY, AUTH_CALLOUT_ISSUER_SEED and AUTH_CALLOUT_SERVICE_SEED; see README.md');
  process.exit(2);
}
const directory = readDirectory(await readFile(AUTH_CALLOUT_DIRECTORY, 'utf8'));
const connection = await connect({
  servers: NATS_URL ?? 'nats://127.0.0.1:4222',
  name: 'auth-callout',
  authenticator: nkeyAuthenticator(new TextEncoder().encode(AUTH_CALLOUT_SERVICE_SEED)),
  maxReconnectAttempts: -1,
});
serveAuthorization({ connection, directory, issuer: keyPairFromSeed(AUTH_CALLOUT_ISSUER_SEED), log });
await connection.flush();
log(`answers for ${directory.size} members`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void connection.drain());
}
await connection.closed();
