import { describe, expect, it } from 'vitest';
import { useCliScenario } from '../testing/cli-scenario.js';

const { host, cli } = useCliScenario();

describe('config', () => {
  it('puts, shows and removes', async () => {
    const { lattice } = await host();
    expect(await cli('config', 'put', 'greeting', 'word=hello', 'mark=a=b')).toMatchObject({ code: 0 });
    expect(lattice.configs.get('greeting')).toEqual({ word: 'hello', mark: 'a=b' });
    expect((await cli('config', 'get', 'greeting')).output).toBe('word=hello\nmark=a=b\n');
    expect(JSON.parse((await cli('config', 'get', 'greeting', '-o', 'json')).output)).toEqual({
      word: 'hello',
      mark: 'a=b',
    });
    expect((await cli('config', 'del', 'greeting')).output).toBe('removed config greeting\n');
    const missing = await cli('config', 'get', 'greeting');
    expect(missing.code).toBe(1);
    expect(missing.errors).toContain('error: there is no config `greeting`');
    const again = await cli('config', 'del', 'greeting');
    expect(again.code).toBe(1);
    expect(again.errors).toContain('error: there is no config `greeting` in lattice `default`');
  });

  it('says who had what it removes', async () => {
    const { components } = await host();
    const running = { imageRef: 'file:///x', annotations: {}, revision: 0, maxInstances: 1 };
    components.set('web', { ...running, id: 'web', config: ['greeting'] });
    await cli('config', 'put', 'greeting', 'word=hello');
    await cli(
      'link',
      'put',
      'web',
      'store',
      'wasi',
      'http',
      '--interface',
      'x',
      '--target-config',
      'greeting',
    );
    expect(await cli('config', 'del', 'greeting')).toMatchObject({
      code: 0,
      output: 'removed config greeting\n',
      errors:
        "warning: component web, the link from web to store had it: what runs goes on with its last values, and can't be started or linked again until it is put anew\n",
    });
  });

  it('refuses to replace a config by nothing', async () => {
    expect(await cli('config', 'put', 'greeting')).toMatchObject({
      code: 2,
      errors: expect.stringContaining("missing required argument 'values'"),
    });
  });

  it('refuses values without a key', async () => {
    expect(await cli('config', 'put', 'greeting', 'hello')).toMatchObject({
      code: 2,
      errors: 'error: the value is `hello`\ncheck: write it as key=value\n',
    });
  });
});
