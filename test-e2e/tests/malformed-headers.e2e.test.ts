import type { MsgHdrs } from 'nats';
import { expect, it } from 'vitest';
import { startComponent } from '../src/deploy.js';
import { startHost } from '../src/host-process.js';
import { paths } from '../src/paths.js';
import { startScenario } from '../src/scenario.js';

/** Its name has a blank, which NATS passes on and its client refuses to read. */
const malformed = { encode: () => Buffer.from('NATS/1.0\r\nbad key: x\r\n\r\n') } as unknown as MsgHdrs;

it('messages with malformed headers disturb neither running hosts nor those that start later', async () => {
  await using scenario = await startScenario();
  const { host, lattice, nats } = scenario;
  const { connection } = lattice;
  for (const subject of [
    '$KV.LATTICEDATA_default.COMPONENT_odd',
    '$KV.CONFIGDATA_default.odd',
    `wasmbus.ctl.v1.default.component.scale.${host.id}`,
  ]) {
    // Those without payload the client looks at by itself.
    for (const payload of ['', '{}']) connection.publish(subject, payload, { headers: malformed });
  }
  await connection.flush();

  await startComponent(lattice, host, { id: 'hello', wasm: paths.hello });
  await lattice.succeed('config.put.later', { answer: '42' });
  await using second = await startHost({ nats });
  await startComponent(lattice, second, { id: 'hello', wasm: paths.hello, config: ['later'] });
  expect(await lattice.ask('config.get.later')).toMatchObject({ response: { answer: '42' } });
});
