import { startNatsServer } from '@wasmlattice/test-support';
import { connect, headers, type MsgHdrs } from 'nats';
import { expect, it } from 'vitest';
import { tolerateMalformedHeaders } from './malformed-headers.js';

function raw(block: string): MsgHdrs {
  return { encode: () => Buffer.from(block) } as unknown as MsgHdrs;
}

it('malformed headers are none, others stay, and a watch of a bucket goes on after them', async () => {
  tolerateMalformedHeaders();
  tolerateMalformedHeaders();
  await using server = await startNatsServer();
  const connection = await connect({ servers: server.url });
  try {
    const bucket = await connection.jetstream().views.kv('things');
    const publish = (key: string, block: MsgHdrs): void =>
      connection.publish(`$KV.things.${key}`, new Uint8Array(), { headers: block });
    publish('stored-before', raw('NATS/1.0\r\nbad key: x\r\nfine: 1\r\n\r\n'));
    await connection.flush();
    const entries = await bucket.watch();
    publish('later', raw('NATS/1.0\r\n: x\r\n\r\n'));
    const good = headers();
    good.set('KV-Operation', 'DEL');
    publish('deleted', good);
    const seen: string[] = [];
    for await (const entry of entries) {
      seen.push(`${entry.key} ${entry.operation}`);
      if (entry.key === 'deleted') break;
    }
    expect(seen).toEqual(['stored-before PUT', 'later PUT', 'deleted DEL']);
  } finally {
    await connection.close();
  }
});

it('the status of malformed headers stays', async () => {
  tolerateMalformedHeaders();
  const { decode } = headers().constructor as unknown as { decode(bytes: Uint8Array): MsgHdrs };
  const decoded = decode(Buffer.from('NATS/1.0 503 No Responders\r\nbad key: x\r\n\r\n'));
  expect([decoded.code, decoded.description, decoded.keys()]).toEqual([503, 'No Responders', []]);
});
