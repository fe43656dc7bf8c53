import { connect } from 'node:net';

/** What a NATS server says of itself when a client connects. */
export interface NatsServerInfo {
  readonly version: string;
  readonly jetstream: boolean;
}

/** What was found at an address. */
export type ProbeResult =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'nats'; readonly info: NatsServerInfo }
  /** Something takes connections but does not greet as a NATS server does. */
  | { readonly kind: 'other' };

/** Connects once and reads the greeting of a NATS server, at most `timeoutMs` long. Never throws. */
export function probeNats(host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    let greeting = '';
    let connected = false;
    const socket = connect({ host, port });
    const finish = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => finish(connected ? { kind: 'other' } : { kind: 'nothing' }));
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('data', (text: string) => {
      greeting += text;
      if (greeting.includes('\r\n') || greeting.length > 65_536) finish(readGreeting(greeting));
    });
    socket.on('error', () => finish(connected ? { kind: 'other' } : { kind: 'nothing' }));
    socket.on('close', () => finish(connected ? { kind: 'other' } : { kind: 'nothing' }));
  });
}

function readGreeting(greeting: string): ProbeResult {
  const match = /^INFO (\{.*\}) ?\r\n/.exec(greeting);
  if (match?.[1] === undefined) return { kind: 'other' };
  try {
    const info: unknown = JSON.parse(match[1]);
    if (typeof info !== 'object' || info === null) return { kind: 'other' };
    const { jetstream, version } = info as Partial<Record<keyof NatsServerInfo, unknown>>;
    return { kind: 'nats', info: { version: String(version ?? ''), jetstream: jetstream === true } };
  } catch {
    return { kind: 'other' };
  }
}
