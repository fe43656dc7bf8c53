import type { HostConfig } from '../config.js';
import { probeNats } from './probe.js';

/** Whether the host starts a NATS server of its own, and if not, why. */
export type EmbedDecision =
  | { readonly embed: true }
  | { readonly embed: false; readonly reason: 'off' | 'configured' | 'server-listens' };

/** Where upstream's tools look for NATS when nothing is configured. */
const defaultServer = { host: '127.0.0.1', port: 4222 };

/**
 * Decides by `--embedded-nats`. With `auto` a server is embedded when no setting points to one and nothing takes
 * connections on 127.0.0.1:4222; whatever listens there is left to the connection to judge.
 */
export async function shouldEmbed(
  config: Pick<HostConfig, 'embeddedNats' | 'nats'>,
  { host, port }: { readonly host: string; readonly port: number } = defaultServer,
): Promise<EmbedDecision> {
  switch (config.embeddedNats.mode) {
    case 'off':
      return { embed: false, reason: 'off' };
    case 'require':
      return { embed: true };
    case 'auto': {
      if (config.nats.configured) return { embed: false, reason: 'configured' };
      const found = await probeNats(host, port, 1000);
      return found.kind === 'nothing' ? { embed: true } : { embed: false, reason: 'server-listens' };
    }
  }
}
