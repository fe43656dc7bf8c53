import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256Digest } from '../registry/sha256.js';

/** A registry that does what a test says: also what no registry should. */
export interface ScriptedRegistry extends AsyncDisposable {
  readonly name: string;
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** `answer` gets every request. */
export async function startScriptedRegistry(answer: Answer): Promise<ScriptedRegistry> {
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A manifest with one layer of a component. */
export function manifestOf(blob: { readonly digest: string; readonly size: number }): Buffer {
  const config = Buffer.from('{}');
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: sha256Digest(config),
        size: config.length,
      },
      layers: [{ mediaType: 'application/wasm', ...blob }],
    }),
  );
}

/** Answers manifests with `manifest` and leaves blobs to `blob`. */
export function serving(manifest: Uint8Array, blob: Answer): Answer {
  return (request, response) => {
    if (request.url?.includes('/manifests/')) response.end(manifest);
    else blob(request, response);
  };
}
