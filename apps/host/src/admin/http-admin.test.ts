import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { noopLogger } from '@wasmlattice/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpAdmin, startHttpAdmin } from './http-admin.js';

let admin: HttpAdmin;

beforeEach(async () => {
  admin = await startHttpAdmin({ address: '127.0.0.1:0', logger: noopLogger });
});
afterEach(() => admin.close());

async function ask(path: string, method = 'GET'): Promise<readonly [number, string, string | null]> {
  const response = await fetch(`http://${admin.address}${path}`, { method });
  return [response.status, await response.text(), response.headers.get('content-type')];
}

describe('the HTTP admin endpoint', () => {
  it('says that the host lives and takes work, without a content type', async () => {
    expect(await ask('/livez')).toEqual([200, '{"status":"ok"}', null]);
    expect(await ask('/readyz')).toEqual([200, '{"status":"ok"}', null]);
    expect(await ask('/livez', 'HEAD')).toEqual([200, '', null]);
    expect(await ask('/readyz?verbose', 'HEAD')).toEqual([200, '', null]);
  });

  it('says that a host that stops takes no work, but lives', async () => {
    admin.setStopping();
    expect(await ask('/readyz')).toEqual([500, '{"status":"failure"}', null]);
    expect(await ask('/readyz', 'HEAD')).toEqual([500, '', null]);
    expect(await ask('/livez')).toEqual([200, '{"status":"ok"}', null]);
  });

  it('refuses other methods and paths by name', async () => {
    expect(await ask('/livez', 'POST')).toEqual([405, 'method `POST` not supported for path `/livez`', null]);
    expect(await ask('/readyz', 'DELETE')).toEqual([
      405,
      'method `DELETE` not supported for path `/readyz`',
      null,
    ]);
    expect(await ask('/metrics')).toEqual([404, 'unknown endpoint `/metrics`', null]);
  });

  it('speaks HTTP/2 in cleartext', async () => {
    const session = connectHttp2(`http://${admin.address}`);
    const request = session.request({ ':path': '/readyz' });
    const [headers] = await once(request, 'response');
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    expect([headers[':status'], text]).toEqual([200, '{"status":"ok"}']);
    session.close();
    await once(session, 'close');
  });

  it('outlives a client that speaks nothing of that or says nothing', async () => {
    const { hostname, port } = new URL(`http://${admin.address}`);
    const silent = connect(Number(port), hostname);
    await once(silent, 'connect');
    const strange = connect(Number(port), hostname);
    strange.resume();
    strange.write('\u0000\u0001\u0002 what\r\n\r\n');
    await once(strange, 'close');
    expect(await ask('/livez')).toEqual([200, '{"status":"ok"}', null]);
    silent.destroy();
  });

  it('closes with connections open, and twice', async () => {
    await ask('/livez');
    await admin.close();
    await admin.close();
    await expect(ask('/livez')).rejects.toThrow();
  });

  it('names an address that is taken', async () => {
    await expect(startHttpAdmin({ address: admin.address, logger: noopLogger })).rejects.toMatchObject({
      name: 'HttpAdminError',
      message: expect.stringContaining(`${admin.address} for --http-admin`),
    });
  });
});
