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

  it('refuses values without a key', async () => {
    expect(await cli('config', 'put', 'greeting', 'hello')).toMatchObject({
      code: 2,
      errors: 'error: the value is `hello`\ncheck: write it as key=value\n',
    });
  });
});
