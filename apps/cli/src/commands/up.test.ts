import { describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { createTestIo } from '../testing/test-io.js';

describe('up', () => {
  it('hands its flags and the lattice options before it to the host and keeps the exit code', async () => {
    const io = createTestIo();
    expect(
      await runCli(
        ['--lattice', 'blue', '--ctl-tls', 'up', '--allow-file-load', '--label', 'a=b', '--help'],
        io,
      ),
    ).toBe(7);
    expect(io.hostRuns).toEqual([
      ['--lattice', 'blue', '--ctl-tls', '--allow-file-load', '--label', 'a=b', '--help'],
    ]);
  });

  it.each([
    ['nats://127.0.0.1:14222', ['--nats-host', '127.0.0.1', '--nats-port', '14222']],
    ['nats.example.org', ['--nats-host', 'nats.example.org', '--nats-port', '4222']],
    ['tls://[::1]:4333', ['--nats-host', '::1', '--nats-port', '4333', '--ctl-tls', '--rpc-tls']],
  ])('tells the host of the server %s of the flag, not of that of the variable', async (url, flags) => {
    const [byFlag, byVariable] = [createTestIo(), createTestIo({ WASMLATTICE_NATS_URL: url })];
    await runCli(['--nats-url', url, 'up', '--embedded-nats', 'off'], byFlag);
    await runCli(['up', '--embedded-nats', 'off'], byVariable);
    expect(byFlag.hostRuns).toEqual([[...flags, '--embedded-nats', 'off']]);
    expect(byVariable.hostRuns).toEqual([['--embedded-nats', 'off']]);
  });

  it.each(['nats://me:secret@a:4222', 'nats://a:4222,nats://b:4222', 'http://a:4222', 'nats://'])(
    'refuses the server %s, for which the host has no flags',
    async (url) => {
      const io = createTestIo();
      expect(await runCli(['--nats-url', url, 'up'], io)).toBe(2);
      expect(io.errors).toContain('for `up` write it as nats://host:port or tls://host:port');
      expect(io.errors).not.toContain('secret');
      expect(io.hostRuns).toEqual([]);
    },
  );
});
