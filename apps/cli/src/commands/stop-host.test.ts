import { describe, expect, it } from 'vitest';
import { useCliScenario } from '../testing/cli-scenario.js';

const { host, cli } = useCliScenario();
const secondId = 'NB2';

describe('stop host', () => {
  it('stops the only host and waits for its goodbye', async () => {
    const { requests } = await host();
    expect(await cli('stop', 'host')).toMatchObject({
      code: 0,
      output: 'stopped host calm-fox-0001 (NA1)\n',
    });
    expect(requests).toEqual(['stop host']);
  });

  it('does not choose among several', async () => {
    const { requests } = await host();
    await host({ hostId: secondId, friendlyName: 'bold-owl-0002' });
    expect(await cli('stop', 'host')).toMatchObject({ code: 2 });
    expect(requests).toEqual([]);
  });
});
