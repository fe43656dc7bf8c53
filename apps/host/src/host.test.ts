import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { createLabels } from './control-plane/labels.js';
import { type Host, type HostParts, hostFrom, ShutdownTimeoutError } from './host.js';

/** A host of parts that only note when they are used. */
function createHost(changes: Partial<HostParts> = {}): { host: Host; log: string[] } {
  const log: string[] = [];
  const host = hostFrom({
    facts: {
      hostId: 'NHOST',
      friendlyName: 'quiet-river-1234',
      version: '1.2.3',
      lattice: 'default',
      labels: createLabels({ site: 'lab' }),
      startedAt: 0,
      ctlHost: 'nats://127.0.0.1:4222',
      rpcHost: 'nats://127.0.0.1:4222',
    },
    events: { publish: async ({ name }) => void log.push(name) },
    logger: noopLogger,
    shutdownTimeoutMs: 10_000,
    async serveControl() {
      log.push('serve');
      return { close: async () => void log.push('close control') };
    },
    startHeartbeat() {
      log.push('heartbeat');
      return () => void log.push('end heartbeat');
    },
    stopWorkloads: async (graceMs) => void log.push(`stop workloads within ${graceMs}`),
    release: async () => void log.push('release'),
    ...changes,
  });
  return { host, log };
}

const shutdown = ['stop workloads within 6000', 'host_stopped', 'release'];

describe('host', () => {
  it('serves before it announces itself, and stops in the opposite order', async () => {
    const { host, log } = createHost();
    expect(host.state).toBe('created');
    await host.start();
    expect(host.state).toBe('running');
    expect(log.splice(0)).toEqual(['serve', 'heartbeat', 'host_started']);
    const stopped = host.stop();
    expect(host.state).toBe('stopping');
    await stopped;
    await host.stopped;
    expect(host.state).toBe('stopped');
    expect(log).toEqual(['end heartbeat', 'close control', ...shutdown]);
  });

  it('says that it takes no further work before anything ends', async () => {
    const { host, log } = createHost({ announceStop: () => void log.push('announce') });
    await host.start();
    log.length = 0;
    await host.stop();
    expect(log[0]).toBe('announce');
  });

  it('stops once, however often and whenever it is told to', async () => {
    const { host, log } = createHost();
    await host.start();
    await Promise.all([host.stop(), host.stop()]);
    await host.stop();
    expect(log.filter((step) => step === 'release')).toHaveLength(1);
  });

  it('starts only once, and not after its stop', async () => {
    const { host } = createHost();
    await host.start();
    await expect(host.start()).rejects.toThrow('this one is running');
    await host.stop();
    await expect(host.start()).rejects.toThrow('this one is stopped');
  });

  it('releases what was opened when it is stopped before its start', async () => {
    const { host, log } = createHost();
    await host.stop();
    expect(log).toEqual(shutdown);
  });

  it('closes what a start in progress still opens', async () => {
    const gate = Promise.withResolvers<void>();
    const log: string[] = [];
    const { host } = createHost({
      async serveControl() {
        await gate.promise;
        return { close: async () => void log.push('close control') };
      },
      startHeartbeat: () => () => void log.push('end heartbeat'),
      release: async () => void log.push('release'),
    });
    const started = host.start();
    const stopped = host.stop();
    gate.resolve();
    await Promise.all([started, stopped]);
    expect(log).toEqual(['end heartbeat', 'close control', 'release']);
  });

  it('can be stopped after its start failed', async () => {
    const { host, log } = createHost({ serveControl: () => Promise.reject(new Error('no permission')) });
    await expect(host.start()).rejects.toThrow('no permission');
    await host.stop();
    expect(log).toEqual(shutdown);
  });

  it('gives workloads a share of the time it was given', async () => {
    const { host, log } = createHost();
    await host.start();
    await host.stop({ timeoutMs: 1_000 });
    expect(log).toContain('stop workloads within 600');
  });

  it('says that it was not done in time', async () => {
    const never = new Promise<void>(() => {});
    const { host } = createHost({ stopWorkloads: () => never });
    await host.start();
    await expect(host.stop({ timeoutMs: 5 })).rejects.toThrow(ShutdownTimeoutError);
    await expect(host.stopped).rejects.toThrow('host shutdown timed out after 5 ms');
    await expect(host.stop()).rejects.toThrow(ShutdownTimeoutError);
  });

  it('tells every caller that the release failed', async () => {
    const { host } = createHost({ release: () => Promise.reject(new Error('connection is gone')) });
    await host.start();
    await expect(host.stop()).rejects.toThrow('connection is gone');
    await expect(host.stop()).rejects.toThrow('connection is gone');
    await expect(host.stopped).rejects.toThrow('connection is gone');
  });

  it('releases everything although its end can not be announced', async () => {
    const log: string[] = [];
    const { host } = createHost({
      events: { publish: () => Promise.reject(new Error('disconnected')) },
      release: async () => void log.push('release'),
    });
    await host.stop();
    expect(log).toEqual(['release']);
  });
});
