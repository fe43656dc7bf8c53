import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import { useCliScenario } from '../testing/cli-scenario.js';

const scenario = useCliScenario();
const { cli, host } = scenario;

describe('words for completion', () => {
  it('are what the lattice has of a kind', async () => {
    const { components, providers } = await host();
    const description = { imageRef: '', annotations: {}, revision: 0 };
    for (const id of ['hello', '$(evil)', 'two words', '-x']) {
      components.set(id, { ...description, id, maxInstances: 1 });
    }
    providers.set('store', { ...description, id: 'store' });
    expect((await cli('complete-words', 'host')).output).toBe('calm-fox-0001\n');
    expect((await cli('complete-words', 'component')).output).toBe('hello\n');
    expect((await cli('complete-words', 'workload')).output).toBe('hello\nstore\n');
  });

  it('tell configs and references to secrets apart', async () => {
    const connection = await connect({ servers: scenario.server.url });
    const bucket = await connection.jetstream().views.kv('CONFIGDATA_default');
    for (const key of ['greeting', 'SECRET_token']) await bucket.put(key, '{}');
    await connection.close();
    expect((await cli('complete-words', 'config')).output).toBe('greeting\n');
    expect((await cli('complete-words', 'secret')).output).toBe('token\n');
  });

  it('are none, in silence, where nobody answers', async () => {
    const { code, errors, output } = await cli(
      'complete-words',
      'component',
      '--nats-url',
      'nats://127.0.0.1:1',
    );
    expect([code, errors, output]).toEqual([0, '', '']);
  });
});
