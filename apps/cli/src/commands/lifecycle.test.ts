import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useCliScenario } from '../testing/cli-scenario.js';

const scenario = useCliScenario();
const { host, cli } = scenario;
const image = 'registry.test/hello:0.1.0';
const second = { hostId: 'NB2', friendlyName: 'bold-owl-0002', labels: { zone: 'b' } };

describe('start component', () => {
  it('starts it on the only host and waits until it runs', async () => {
    const { components, requests } = await host();
    const args = [image, 'hello', '--max-instances', '4', '--annotations', 'team=a'];
    expect(await cli('start', 'component', ...args)).toMatchObject({
      code: 0,
      output: 'started component hello on host calm-fox-0001 (NA1)\n',
    });
    expect(requests).toEqual(['scale hello 4']);
    expect(components.get('hello')).toMatchObject({ imageRef: image, annotations: { team: 'a' } });
  });

  it('chooses a host with the labels', async () => {
    const first = await host();
    const { requests } = await host(second);
    expect(await cli('start', 'component', image, 'hello', '-c', 'zone=b')).toMatchObject({ code: 0 });
    expect([first.requests, requests]).toEqual([[], ['scale hello 1']]);
  });

  it('says that no host has the labels', async () => {
    await host();
    const { code, errors } = await cli('start', 'component', image, 'hello', '-c', 'zone=x');
    expect(code).toBe(1);
    expect(errors).toContain('none of 1 hosts with zone=x would run component hello');
  });

  it('starts it on the host that is named', async () => {
    await host();
    const { requests } = await host(second);
    const { code } = await cli('start', 'component', image, 'hello', '--host-id', 'bold');
    expect([code, requests]).toEqual([0, ['scale hello 1']]);
  });

  it('takes a file however it is written', async () => {
    const { components } = await host();
    await writeFile(join(scenario.folder, 'app.wasm'), '');
    expect(await cli('start', 'component', 'app.wasm', 'hello')).toMatchObject({ code: 0 });
    expect(components.get('hello')?.imageRef).toBe(pathToFileURL(join(scenario.folder, 'app.wasm')).href);
  });

  it('asks nobody when the file is not there', async () => {
    const { requests } = await host();
    const { code, errors } = await cli('start', 'component', './app.wasm', 'hello');
    expect([code, requests]).toEqual([2, []]);
    expect(errors).toContain('the image ./app.wasm is not there');
  });

  it('fails with the reason of the host', async () => {
    await host({ broken: [image] });
    const { code, errors } = await cli('start', 'component', image, 'hello');
    expect(code).toBe(1);
    expect(errors).toContain(`failed to fetch component: ${image}`);
  });

  it('does not wait for the outcome if told so, and says that', async () => {
    await host({ mute: [image] });
    expect(await cli('start', 'component', image, 'hello', '--skip-wait')).toMatchObject({
      code: 0,
      output: 'accepted: started component hello on host calm-fox-0001 (NA1)\n',
    });
  });

  it('answers programs in JSON', async () => {
    await host();
    expect(JSON.parse((await cli('start', 'component', image, 'hello', '-o', 'json')).output)).toEqual({
      success: true,
      host_id: 'NA1',
      component_id: 'hello',
      component_ref: image,
    });
  });
});

describe('scale component', () => {
  it.each([
    ['by its id', ['hello']],
    ['by image and id', [image, 'hello']],
    ['by host, image and id', ['NA1', image, 'hello']],
  ])('%s keeps image, annotations and configs', async (_, args) => {
    const { components } = await host();
    await cli(
      'start',
      'component',
      image,
      'hello',
      '--annotations',
      'team=a',
      '--config',
      'a',
      '--config',
      'b',
    );
    expect(await cli('scale', 'component', ...args, '--max-instances', '9')).toMatchObject({ code: 0 });
    const kept = { imageRef: image, annotations: { team: 'a' }, config: ['a', 'b'] };
    expect(components.get('hello')).toMatchObject({ ...kept, maxInstances: 9 });
  });

  it('starts it where host, image and id are named and it does not run', async () => {
    const { components } = await host();
    expect(await cli('scale', 'component', 'NA1', image, 'hello', '-c', '3')).toMatchObject({ code: 0 });
    expect(components.get('hello')).toMatchObject({ imageRef: image, maxInstances: 3 });
  });

  it('tells that the code stays as it is where another image is named', async () => {
    await host();
    await cli('start', 'component', '--config', 'a', '-c', 'zone=b', '--host-id', 'NA1', image, 'hello');
    const other = 'registry.test/other:1.0.0';
    expect(await cli('scale', 'component', other, 'hello', '-c', '4')).toMatchObject({
      code: 0,
      errors: expect.stringContaining('warning: component hello goes on with the code of'),
    });
    expect(await cli('scale', 'component', other, 'hello', '-c', '4', '--allow-update')).toMatchObject({
      code: 0,
      errors: '',
    });
  });

  it('warns where a host does not tell the configs, which a scale replaces', async () => {
    await host({ hidesConfigs: true });
    await cli('start', 'component', image, 'hello', '--config', 'a');
    const { code, errors } = await cli('scale', 'component', 'hello', '--max-instances', '9');
    expect(code).toBe(0);
    expect(errors).toContain('it will have none: name them with --config');
  });

  it('names the components when there is none of that id', async () => {
    await host();
    await cli('start', 'component', image, 'hello');
    const { code, errors } = await cli('scale', 'component', 'helo', '--max-instances', '9');
    expect(code).toBe(1);
    expect(errors).toBe(
      'error: no host of the lattice runs the component `helo`\ncheck: components are hello\n',
    );
  });

  it('does not choose among hosts', async () => {
    const { requests } = await host();
    const { requests: others } = await host(second);
    for (const id of ['NA1', 'NB2']) await cli('start', 'component', image, 'hello', '--host-id', id);
    const { code, errors } = await cli('scale', 'component', 'hello', '--max-instances', '9');
    expect([code, requests, others]).toEqual([2, ['scale hello 1'], ['scale hello 1']]);
    expect(errors).toContain('name one with --host-id: bold-owl-0002 (NB2), calm-fox-0001 (NA1)');
  });
});

describe('update component', () => {
  it('gives it new code', async () => {
    const { components } = await host();
    await cli('start', 'component', image, 'hello');
    const next = 'registry.test/hello:0.2.0';
    expect(await cli('update', 'component', 'hello', next)).toMatchObject({
      code: 0,
      output: `updated component hello from ${image} to ${next} on host calm-fox-0001 (NA1)\n`,
      errors: '',
    });
    expect(components.get('hello')?.imageRef).toBe(next);
  });

  it('says that a host of wasmCloud may answer with the code from before', async () => {
    const { components } = await host();
    const foreign = { id: 'hello', imageRef: image, annotations: {}, maxInstances: 1, revision: 0 };
    components.set('hello', foreign);
    const { code, errors } = await cli('update', 'component', 'hello', 'registry.test/hello:0.2.0');
    expect([code, errors]).toEqual([
      0,
      'note: calm-fox-0001 is a host of wasmCloud, which may go on to answer with the code from before until it stops; to start a component with other code, stop it first\n',
    ]);
  });
});

describe('stop component', () => {
  it('stops it and waits until it is gone', async () => {
    const { components } = await host();
    await cli('start', 'component', image, 'hello');
    expect(await cli('stop', 'component', 'hello')).toMatchObject({ code: 0 });
    expect(components.size).toBe(0);
  });
});

describe('start and stop provider', () => {
  it('start it with configs and stop it', async () => {
    const { providers } = await host();
    const start = ['start', 'provider', 'registry.test/kv:1.0.0', 'kv', '--config', 'kv-config'];
    expect(await cli(...start)).toMatchObject({ code: 0 });
    expect(providers.get('kv')).toMatchObject({ config: ['kv-config'] });
    expect(await cli('stop', 'provider', 'kv')).toMatchObject({
      code: 0,
      output: 'stopped provider kv on host calm-fox-0001 (NA1)\n',
    });
    expect(providers.size).toBe(0);
  });

  it('tell why it did not start', async () => {
    await host({ broken: ['registry.test/kv:1.0.0'] });
    const { code, errors } = await cli('start', 'provider', 'registry.test/kv:1.0.0', 'kv');
    expect(code).toBe(1);
    expect(errors).toContain('it cannot be executed');
  });
});

describe('update provider', () => {
  const next = 'registry.test/kv:2.0.0';

  it.each([
    ['at once where the host can', true, ['start kv', 'update kv']],
    ['by a stop where the host refuses', false, ['start kv', 'update kv', 'stop kv', 'start kv']],
  ])('gives its place to another %s, with its configs', async (_, updatesProviders, expected) => {
    const { providers, requests } = await host({ updatesProviders });
    const named = ['--config', 'kv-config', '--annotations', 'team=a'];
    await cli('start', 'provider', 'registry.test/kv:1.0.0', 'kv', ...named);
    expect(await cli('update', 'provider', 'kv', next)).toMatchObject({
      code: 0,
      output: `updated provider kv from registry.test/kv:1.0.0 to ${next} on host calm-fox-0001 (NA1)\n`,
    });
    expect(providers.get('kv')).toMatchObject({
      imageRef: next,
      config: ['kv-config'],
      annotations: { team: 'a' },
    });
    expect(requests).toEqual(expected);
  });

  it('tells why it stays as it was', async () => {
    const { providers } = await host({ updatesProviders: true, broken: [next] });
    await cli('start', 'provider', 'registry.test/kv:1.0.0', 'kv');
    const { code, errors } = await cli('update', 'provider', 'kv', next);
    expect([code, providers.get('kv')?.imageRef]).toEqual([1, 'registry.test/kv:1.0.0']);
    expect(errors).toContain('it cannot be executed');
  });

  it('is what the refusal to start a second one leads to', async () => {
    await host();
    await cli('start', 'provider', 'registry.test/kv:1.0.0', 'kv');
    const { code, errors } = await cli('start', 'provider', next, 'kv');
    expect(code).toBe(1);
    expect(errors).toContain('`wasmlattice update` changes that');
    expect((await cli('start', 'provider', next, 'kv', '--host-id', 'NA1')).errors).toContain(
      '`wasmlattice update provider kv IMAGE` puts another in its place',
    );
  });
});

describe('label', () => {
  it('gives a host labels and takes them away', async () => {
    const { requests } = await host({ labels: { zone: 'b' } });
    expect(await cli('label', 'calm', 'zone=a', 'tier=')).toMatchObject({ code: 0 });
    expect(await cli('label', 'NA1', 'zone', '--delete')).toMatchObject({ code: 0 });
    expect(requests).toEqual(['label zone=a', 'label tier=', 'unlabel zone']);
  });

  it('may be several in one word, as `wash` has them', async () => {
    const { requests } = await host();
    expect(await cli('label', 'calm', 'zone=a,tier=edge')).toMatchObject({ code: 0 });
    expect(requests).toEqual(['label zone=a', 'label tier=edge']);
  });

  it('is not taken away where it is not', async () => {
    const { requests } = await host({ labels: { zone: 'b' } });
    expect(await cli('label', 'calm', 'zone', 'tear', '--delete')).toMatchObject({
      code: 1,
      errors: 'error: host calm-fox-0001 has no label `tear`: none was taken away\ncheck: it has zone\n',
    });
    expect(requests).toEqual([]);
  });

  it('wants a value', async () => {
    const { requests } = await host();
    const { code, errors } = await cli('label', 'calm', 'zone');
    expect([code, requests]).toEqual([2, []]);
    expect(errors).toContain('the label is `zone`');
  });
});
