import {
  EmbeddedNatsError,
  findNatsServer,
  type ProbeResult,
  probeNats,
} from '@wasmlattice/host/embedded-nats';
import type { CliIo } from '../cli-io.js';
import type { GlobalOptions } from '../global-options.js';
import { type Finding, findingsOf } from './finding.js';

const { ok, warning, problem } = findingsOf('nats', 'NATS server');

/** How long a server may take to greet, in ms. */
const greetingMs = 600;

/** What answers where the NATS server is to be. */
export interface ServerLook {
  readonly finding: Finding;
  readonly probe: ProbeResult;
}

export async function lookAtServer(
  { natsUrl }: Pick<GlobalOptions, 'natsUrl'>,
  io: CliIo,
  cacheDir: string,
): Promise<ServerLook> {
  const { host, port } = addressOf(natsUrl);
  const where = `${host}:${port}`;
  const probe = await probeNats(host, port, greetingMs);
  switch (probe.kind) {
    case 'nats': {
      const { version } = probe.info;
      return { probe, finding: versionFinding(where, version) };
    }
    case 'other':
      return {
        probe,
        finding: problem(
          `what listens at ${where} is no NATS server, or wants TLS before it greets`,
          'name the server with --nats-url nats://HOST:PORT; see what listens: ss -ltnp',
        ),
      };
    case 'nothing':
      return {
        probe,
        finding: problem(`nothing answers at ${where}`, await wayToServer(host, io, cacheDir)),
      };
  }
}

/** The first server of a URL; those that tools talk to have one. */
export function addressOf(natsUrl: string): { readonly host: string; readonly port: number } {
  const first = natsUrl.split(',')[0] ?? '';
  const url = URL.parse(first.includes('://') ? first.replace(/^\w+:/, 'http:') : `http://${first}`);
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? first;
  // 80 is left out of what is written as http.
  const port = /:(\d+)\/?$/.exec(first)?.[1] ?? '4222';
  return { host, port: Number(port) };
}

/** Versions from which on the server keeps its own deny rules (docs/production.md). */
const soundFrom = [
  [2, 11, 16],
  [2, 12, 7],
] as const;

/** What the version of a server means. */
export function versionFinding(where: string, version: string): Finding {
  const text = `nats-server ${version} at ${where}`;
  if (isSound(version)) return ok(text);
  return warning(
    `${text}: before 2.11.16 and 2.12.7 a queue subscription passes a deny rule, so permissions separate nobody`,
    'for production take a later one: https://nats.io/download',
  );
}

function isSound(version: string): boolean {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (parts === undefined) return false;
  const [major = 0, minor = 0, patch = 0] = parts;
  const line = soundFrom.find(([a, b]) => a === major && b === minor);
  return line === undefined ? major > 2 || (major === 2 && minor > 12) : patch >= line[2];
}

async function wayToServer(host: string, io: CliIo, cacheDir: string): Promise<string> {
  const isHere = ['127.0.0.1', 'localhost', '::1'].includes(host);
  if (!isHere) return 'check the address and firewalls on the way, or name another server with --nats-url';
  try {
    await findNatsServer(io.env, cacheDir);
    return 'wasmlattice up   (starts a host with a server of its own)';
  } catch (error) {
    if (!(error instanceof EmbeddedNatsError)) throw error;
    return 'apt-get install nats-server && wasmlattice up   (macOS: brew install nats-server; other: https://nats.io/download)';
  }
}
