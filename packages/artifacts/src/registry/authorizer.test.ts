import { expect, it } from 'vitest';
import { createRegistryFixture } from '../testing/registry-fixture.js';
import { manifestOf, startScriptedRegistry } from '../testing/scripted-registry.js';
import type { RegistryLogin } from './credentials.js';
import { sha256Digest } from './sha256.js';

const bytes = Buffer.from('content');
const manifest = manifestOf({ digest: sha256Digest(bytes), size: bytes.length });

/** A registry that takes the token `good`, and a token service that gives it to whom `knows` lets have it. */
async function startTokenRegistry(knows: (method: string, body: string, authorization?: string) => boolean) {
  const service = await startScriptedRegistry((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      if (!knows(request.method ?? '', body, request.headers.authorization)) response.writeHead(401).end();
      else response.end(JSON.stringify({ access_token: 'good', expires_in: 300 }));
    });
  });
  const registry = await startScriptedRegistry((request, response) => {
    if (request.headers.authorization !== 'Bearer good') {
      const challenge = `Bearer realm="http://${service.name}/token",service="here",scope="repository:a:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    } else {
      response.end(request.url?.includes('/manifests/') ? manifest : bytes);
    }
  });
  return {
    service,
    registry,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

async function pullAs(name: string, login: RegistryLogin): Promise<boolean> {
  await using client = await createRegistryFixture();
  client.logins.put(name, login);
  return await client.puller.pull(`${name}/a:1`, { kind: 'component' }).then(
    () => true,
    () => false,
  );
}

it('an identity token is exchanged for one of the registry, in a form', async () => {
  const forms: URLSearchParams[] = [];
  await using running = await startTokenRegistry((method, body, authorization) => {
    forms.push(new URLSearchParams(body));
    return method === 'POST' && body.includes('refresh_token=identity') && authorization === undefined;
  });
  expect(await pullAs(running.registry.name, { kind: 'identity', token: 'identity' })).toBe(true);
  expect(Object.fromEntries(forms[0] ?? [])).toMatchObject({
    grant_type: 'refresh_token',
    service: 'here',
    scope: 'repository:a:pull',
  });
  expect(running.service.requests.map(({ path }) => path)).toEqual(['/token']);
});

it('a token that the registry takes goes to it alone', async () => {
  await using running = await startTokenRegistry(() => false);
  expect(await pullAs(running.registry.name, { kind: 'bearer', token: 'good' })).toBe(true);
  expect(await pullAs(running.registry.name, { kind: 'bearer', token: 'bad' })).toBe(false);
  expect(running.service.requests).toEqual([]);
});

it('nobody in particular gets the token that everybody gets', async () => {
  await using running = await startTokenRegistry(
    (_method, _body, authorization) => authorization === undefined,
  );
  expect(await pullAs(running.registry.name, { kind: 'anonymous' })).toBe(true);
});

it('one token serves all requests until it expires', async () => {
  await using running = await startTokenRegistry(() => true);
  expect(await pullAs(running.registry.name, { kind: 'anonymous' })).toBe(true);
  expect(running.service.requests).toHaveLength(1);
});
