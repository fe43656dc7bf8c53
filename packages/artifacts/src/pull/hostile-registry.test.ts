import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { registryUser } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { isRegistryError } from '../registry/registry-error.js';
import { sha256Digest } from '../registry/sha256.js';
import { createRegistryFixture, type RegistryFixture } from '../testing/registry-fixture.js';
import { manifestOf, serving, startScriptedRegistry } from '../testing/scripted-registry.js';

const bytes = randomBytes(300_000);
const blob = { digest: sha256Digest(bytes), size: bytes.length };
const password = `Basic ${Buffer.from(`${registryUser.username}:${registryUser.password}`).toString('base64')}`;

const pull = (client: RegistryFixture, name: string) =>
  client.puller.pull(`${name}/a:1`, { kind: 'component' });

async function failure(client: RegistryFixture, name: string): Promise<{ code: string; message: string }> {
  const error = await pull(client, name).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isRegistryError(error)) throw new Error(`no failure of a registry: ${error}`);
  expect(error.message).toContain(name);
  return { code: error.code, message: error.message };
}

/** What is in the cache but for manifests. */
async function remains(client: RegistryFixture): Promise<string[]> {
  const names = ['partial', 'locks'].map((part) => readdir(join(client.folder, 'cache', part)));
  return (await Promise.all(names)).flat();
}

describe('a blob', () => {
  it.each([
    ['with other bytes', Buffer.alloc(bytes.length), 'has another digest than its manifest says'],
    ['with more bytes', Buffer.concat([bytes, bytes]), `has more than the ${bytes.length} bytes`],
  ])('%s is refused, and nothing of it stays', async (_name, sent, reason) => {
    await using registry = await startScriptedRegistry(
      serving(manifestOf(blob), (_request, response) => response.end(sent)),
    );
    await using client = await createRegistryFixture();
    expect(await failure(client, registry.name)).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(reason),
    });
    expect(await remains(client)).toEqual([]);
  });

  it('that never ends is refused at the size of its manifest', async () => {
    await using registry = await startScriptedRegistry(
      serving(manifestOf(blob), (_request, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(bytes));
          response.once('drain', more);
        };
        more();
      }),
    );
    await using client = await createRegistryFixture();
    expect(await failure(client, registry.name)).toMatchObject({ code: 'corrupt' });
  });

  it.each([true, false])('whose transfer breaks off is completed (ranges: %s)', async (ranges) => {
    let broken = 0;
    await using registry = await startScriptedRegistry(
      serving(manifestOf(blob), (request, response) => {
        const from = ranges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
        if (from > 0) {
          response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
        } else {
          response.writeHead(200, { 'content-length': String(bytes.length) });
        }
        if (broken >= 3) {
          response.end(bytes.subarray(from));
          return;
        }
        broken += 1;
        response.write(bytes.subarray(from, 50_000 * broken), () => response.destroy());
      }),
    );
    await using client = await createRegistryFixture();
    const { path } = await pull(client, registry.name);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('that the registry can not give any more of is named, and taken up by the next pull', async () => {
    let isWhole = false;
    const ranges: (string | undefined)[] = [];
    await using registry = await startScriptedRegistry(
      serving(manifestOf(blob), (request, response) => {
        ranges.push(request.headers.range);
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
        if (from > 0 && !isWhole) {
          response.writeHead(503).end();
          return;
        }
        if (from > 0)
          response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
        if (isWhole) response.end(bytes.subarray(from));
        else response.write(bytes.subarray(0, 100_000), () => response.destroy());
      }),
    );
    await using client = await createRegistryFixture();
    expect(await failure(client, registry.name)).toMatchObject({ code: 'unavailable' });
    isWhole = true;
    const before = ranges.length;
    expect((await readFile((await pull(client, registry.name)).path)).equals(bytes)).toBe(true);
    expect(ranges.slice(before)).toEqual(['bytes=100000-']);
  });
});

describe('a manifest', () => {
  it.each([
    [
      'of 5 MB',
      Buffer.from(JSON.stringify({ schemaVersion: 2, filler: 'x'.repeat(5_000_000) })),
      'too-large',
      'more than 4194304 bytes',
    ],
    ['that is no JSON', Buffer.from('<html>'), 'unsupported', 'is no JSON'],
    ['that is null', Buffer.from('null'), 'unsupported', 'is no JSON object'],
    ['of schema 1', Buffer.from('{"schemaVersion":1}'), 'unsupported', 'is of schema version 1'],
    ['without layers', Buffer.from('{"schemaVersion":2,"layers":[]}'), 'unsupported', 'has no layers'],
    [
      'with layers that are none',
      Buffer.from('{"schemaVersion":2,"layers":[null]}'),
      'unsupported',
      "has no media type in 'layers[0]'",
    ],
    [
      'with a digest that names a path',
      manifestOf({ digest: 'sha256:../../../etc/passwd', size: 1 }),
      'unsupported',
      "has no SHA-256 digest in 'layers[0]'",
    ],
    ['with a negative size', manifestOf({ ...blob, size: -1 }), 'unsupported', "has no size in 'layers[0]'"],
    [
      'with a size beyond all disks',
      manifestOf({ ...blob, size: 2 ** 60 }),
      'unsupported',
      "has no size in 'layers[0]'",
    ],
    [
      'of an index without one for this machine',
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          manifests: [0, 1].map(() => ({
            mediaType: 'x',
            ...blob,
            platform: { os: 'plan9', architecture: 'mips' },
          })),
        }),
      ),
      'unsupported',
      'is an index of 2 manifests, none of them for WebAssembly',
    ],
  ])('%s is refused with the reason', async (_name, manifest, code, reason) => {
    await using registry = await startScriptedRegistry((_request, response) => response.end(manifest));
    await using client = await createRegistryFixture();
    expect(await failure(client, registry.name)).toMatchObject({
      code,
      message: expect.stringContaining(reason),
    });
  });

  it('that is not the one of the digest in the reference is refused', async () => {
    await using registry = await startScriptedRegistry((_request, response) =>
      response.end(manifestOf(blob)),
    );
    await using client = await createRegistryFixture();
    const other = sha256Digest(Buffer.from('other'));
    await expect(
      client.puller.pull(`${registry.name}/a@${other}`, { kind: 'component' }),
    ).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining(`not ${other}`) });
  });

  it('that is not the one the registry says it is is refused', async () => {
    await using registry = await startScriptedRegistry((_request, response) => {
      response.setHeader('docker-content-digest', sha256Digest(Buffer.from('other')));
      response.end(manifestOf(blob));
    });
    await using client = await createRegistryFixture();
    expect(await failure(client, registry.name)).toMatchObject({ code: 'corrupt' });
  });
});

describe('what signs in', () => {
  it('does not travel with a redirect to another host', async () => {
    await using elsewhere = await startScriptedRegistry((_request, response) => response.end(bytes));
    await using registry = await startScriptedRegistry((request, response) => {
      if (request.headers.authorization !== password) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else if (request.url?.includes('/manifests/')) {
        response.end(manifestOf(blob));
      } else {
        response.writeHead(307, { location: `http://${elsewhere.name}/storage?signature=1` }).end();
      }
    });
    await using client = await createRegistryFixture();
    client.signIn(registry.name);
    const { path } = await pull(client, registry.name);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(elsewhere.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/storage?signature=1', undefined],
    ]);
  });

  it('is not given to another host that asks for it', async () => {
    await using elsewhere = await startScriptedRegistry((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    await using registry = await startScriptedRegistry((_request, response) => {
      response.writeHead(302, { location: `http://${elsewhere.name}/` }).end();
    });
    await using client = await createRegistryFixture();
    client.signIn(registry.name);
    client.signIn(elsewhere.name);
    expect(await failure(client, registry.name)).toMatchObject({ code: 'unauthorized' });
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('goes to nobody when an upload is to go elsewhere', async () => {
    await using elsewhere = await startScriptedRegistry((request, response) => {
      request.resume().on('end', () => response.writeHead(201).end());
    });
    await using registry = await startScriptedRegistry((request, response) => {
      const isKnown = request.headers.authorization === password;
      const status = !isKnown ? 401 : ({ HEAD: 404, POST: 202, PUT: 201 }[request.method ?? ''] ?? 404);
      response.setHeader('www-authenticate', 'Basic realm="x"');
      response.setHeader('location', `http://${elsewhere.name}/upload`);
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await using client = await createRegistryFixture();
    client.signIn(registry.name);
    await client.push(`${registry.name}/a:1`, bytes);
    expect(elsewhere.requests).toHaveLength(2);
    for (const { headers } of elsewhere.requests) expect(headers.authorization).toBeUndefined();
  });

  it('is in no message', async () => {
    await using registry = await startScriptedRegistry((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' });
      response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'go away\n\u001b[31m' }] }));
    });
    await using client = await createRegistryFixture();
    client.signIn(registry.name);
    const { message } = await failure(client, registry.name);
    expect(message).not.toContain(registryUser.password);
    expect(message).not.toContain(password);
    expect(message).toContain('go away [31m, status 401: check the user and the password');
  });
});

describe('a registry', () => {
  it('that redirects in circles is given up', async () => {
    await using registry = await startScriptedRegistry((_request, response) => {
      response.writeHead(302, { location: '/again' }).end();
    });
    await using client = await createRegistryFixture();
    expect(await failure(client, registry.name)).toMatchObject({ code: 'refused' });
    expect(registry.requests).toHaveLength(6);
  });

  it('that redirects to a file of this machine is refused', async () => {
    await using registry = await startScriptedRegistry((_request, response) => {
      response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    });
    await using client = await createRegistryFixture();
    expect(await failure(client, registry.name)).toMatchObject({
      message: expect.stringContaining('to nowhere'),
    });
  });

  it('that says nothing is given up', async () => {
    await using registry = await startScriptedRegistry(() => {});
    await using client = await createRegistryFixture({ transport: { idleTimeoutMs: 50 } });
    expect(await failure(client, registry.name)).toMatchObject({ code: 'unreachable' });
  });

  it('whose token service gives no token is named', async () => {
    await using service = await startScriptedRegistry((_request, response) => response.end('{}'));
    await using registry = await startScriptedRegistry((_request, response) => {
      response
        .writeHead(401, { 'www-authenticate': `Bearer realm="http://${service.name}/token",service="x"` })
        .end();
    });
    await using client = await createRegistryFixture();
    const { message } = await failure(client, registry.name);
    expect(message).toContain(`the token service 'http://${service.name}'`);
  });
});

it('a mirror that breaks in the middle is passed over', async () => {
  await using mirror = await startScriptedRegistry(
    serving(manifestOf(blob), (_request, response) => response.writeHead(404).end()),
  );
  await using registry = await startScriptedRegistry(
    serving(manifestOf(blob), (_request, response) => response.end(bytes)),
  );
  await using client = await createRegistryFixture({ mirrors: new Map([[registry.name, [mirror.name]]]) });
  const { path } = await pull(client, registry.name);
  expect((await readFile(path)).equals(bytes)).toBe(true);
});
