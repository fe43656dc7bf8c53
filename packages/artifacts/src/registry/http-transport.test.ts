import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createTestAuthority, startRegistry } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { createRegistryFixture } from '../testing/registry-fixture.js';
import { startScriptedRegistry } from '../testing/scripted-registry.js';
import { createHttpTransport } from './http-transport.js';
import { readBody } from './read-body.js';

/** A proxy that remembers what passed: hosts of tunnels, addresses of plain requests. */
async function startProxy() {
  const passed: string[] = [];
  const server = createServer((incoming, outgoing) => {
    passed.push(`${incoming.method} ${incoming.url}`);
    const { method, headers } = incoming;
    const onward = request(incoming.url ?? '', { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket) => {
    passed.push(`CONNECT ${incoming.url}`);
    const [host = '', port = ''] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) end.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('a registry is reached through the proxy of the environment, in a tunnel when it has TLS', async () => {
  const authority = createTestAuthority();
  await using proxy = await startProxy();
  await using plain = await startRegistry();
  await using secure = await startRegistry({ authority });
  await using client = await createRegistryFixture({
    insecure: [plain.name],
    transport: {
      authorities: [authority.certificate],
      proxyEnv: { HTTP_PROXY: proxy.url, https_proxy: proxy.url },
    },
  });
  for (const { name } of [plain, secure]) {
    await client.push(`${name}/a:1`, Buffer.from('x'));
    await client.puller.pull(`${name}/a:1`, { kind: 'component' });
  }
  expect(proxy.passed).toContain(`GET http://${plain.name}/v2/a/manifests/1`);
  expect(proxy.passed).toContain(`CONNECT ${secure.name}`);
});

it('a registry that NO_PROXY names is reached without it', async () => {
  await using proxy = await startProxy();
  await using plain = await startRegistry();
  await using client = await createRegistryFixture({
    transport: { proxyEnv: { HTTP_PROXY: proxy.url, NO_PROXY: 'example.org,127.0.0.1' } },
  });
  await client.push(`${plain.name}/a:1`, Buffer.from('x'));
  expect(proxy.passed).toEqual([]);
});

it('a proxy that is none is named when it is needed', async () => {
  await using client = await createRegistryFixture({ transport: { proxyEnv: { HTTP_PROXY: 'http://' } } });
  await expect(client.puller.pull('registry.example/a:1', { kind: 'component' })).rejects.toThrow(
    "can't be reached (Invalid proxy URL: http://)",
  );
});

it('a proxy that is not there is among what to check', async () => {
  await using client = await createRegistryFixture({
    transport: { proxyEnv: { HTTP_PROXY: 'http://127.0.0.1:1' } },
  });
  await expect(client.puller.pull('registry.example/a:1', { kind: 'component' })).rejects.toThrow(
    "the registry 'registry.example' at http://registry.example can't be reached (nobody listens there): check its name and port, the network, and the proxy settings",
  );
});

it('a connection that the registry closed while it was idle is no failure', async () => {
  let answered = 0;
  await using registry = await startScriptedRegistry((request, response) => {
    answered += 1;
    // The second request on a connection meets what a server does that has just given it up.
    if (answered === 2) request.socket.destroy();
    else response.end(answered === 1 ? 'one' : 'two');
  });
  const transport = createHttpTransport();
  const get = async (): Promise<string> => {
    const response = await transport.request(new URL(`http://${registry.name}/`), {
      method: 'GET',
      headers: {},
    });
    return (await readBody(response, 100)).toString();
  };
  expect([await get(), await get()]).toEqual(['one', 'two']);
  transport.close();
  await expect(get()).rejects.toThrow('no more requests are sent');
});
