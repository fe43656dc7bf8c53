import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import type { HostConfig } from '../config.js';
import { parseHostConfig } from '../config.js';
import { shouldEmbed } from './should-embed.js';

function config(...argv: string[]): HostConfig {
  const command = parseHostConfig(argv, { HOME: '/home/ann' });
  if (command.kind !== 'run') throw new Error('expected a configuration');
  return command.config;
}

describe('shouldEmbed', () => {
  it('embeds when nothing is configured and nothing listens', async () => {
    expect(await shouldEmbed(config(), { host: '127.0.0.1', port: await freePort() })).toEqual({
      embed: true,
    });
  });

  it('does not embed when something listens, be it NATS or not', async () => {
    for (const greeting of [
      'INFO {"version":"2.9.10","jetstream":true} \r\n',
      'HTTP/1.1 400\r\n',
      undefined,
    ]) {
      const server = createServer((socket) => {
        if (greeting === undefined) socket.destroy();
        else socket.write(greeting);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (typeof address !== 'object' || address === null) throw new Error('no port');
      expect(await shouldEmbed(config(), { host: '127.0.0.1', port: address.port })).toEqual({
        embed: false,
        reason: 'server-listens',
      });
      server.close();
    }
  });

  it('does not embed when a setting points to a server', async () => {
    expect(await shouldEmbed(config('--nats-host', '127.0.0.1'))).toEqual({
      embed: false,
      reason: 'configured',
    });
  });

  it('obeys off and require without looking', async () => {
    expect(await shouldEmbed(config('--embedded-nats', 'off'))).toEqual({ embed: false, reason: 'off' });
    expect(await shouldEmbed(config('--embedded-nats', 'require'))).toEqual({ embed: true });
  });
});
