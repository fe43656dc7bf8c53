import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/**
 * An npm registry on this machine that has `packages`, as `packPackages` gives them, each in one version. Where others are is at
 * `elsewhere`, the URL of a registry; without one it knows no others.
 */
export async function startLocalRegistry(packages, { elsewhere } = {}) {
  const documents = new Map();
  const archives = new Map();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://registry').pathname.slice(1));
    const archive = archives.get(path);
    if (archive !== undefined) return response.end(archive);
    const document = documents.get(path);
    if (document === undefined && elsewhere !== undefined) {
      response.writeHead(302, { location: new URL(request.url.slice(1), elsewhere).href });
      return response.end();
    }
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? { error: `no package ${path}` }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (const { manifest, archive, path } of packages) {
    const file = `-/${basename(path)}`;
    archives.set(file, archive);
    documents.set(manifest.name, packument(manifest, archive, `${url}${file}`));
  }
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url, close };
}

function packument(manifest, archive, tarball) {
  const { name, version } = manifest;
  const dist = { tarball, integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}` };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
