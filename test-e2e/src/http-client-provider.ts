import { type ClientRequest, type IncomingMessage, request as sendRequest } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { err, ok, type ServedHandle, type Server, serveInterface } from '@wasmlattice/rpc';
import { type HttpFields, type HttpRequest, httpOutgoingHandler } from '@wasmlattice/rpc/interfaces';

/** Serves outgoing HTTP under `target` with node's own client, as little of a provider as a test needs. */
export function serveHttpClient(server: Server, target: string): Promise<ServedHandle> {
  return serveInterface(server, {
    target,
    interface: httpOutgoingHandler,
    implementation: {
      async handle(request, options) {
        const timeoutMs = Number(options?.firstByteTimeout ?? 0n) / 1e6;
        try {
          const response = await exchange(request, timeoutMs);
          return ok({
            body: response as AsyncIterable<Uint8Array>,
            trailers: trailersOf(response),
            status: response.statusCode ?? 0,
            headers: grouped(response.rawHeaders),
          });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED')
            return err({ tag: 'connection-refused' });
          if (error instanceof TimedOut) return err({ tag: 'connection-read-timeout' });
          throw error;
        }
      },
    },
  });
}

class TimedOut extends Error {}

function exchange(request: HttpRequest, timeoutMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = sendRequest(`http://${request.authority}${request.pathWithQuery}`, {
      method: request.method.tag === 'other' ? request.method.val : request.method.tag.toUpperCase(),
      headers: Object.fromEntries(request.headers.map(([name, values]) => [name, headerValue(values)])),
      agent: false,
    });
    const timer = setTimeout(() => outgoing.destroy(new TimedOut()), timeoutMs);
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    outgoing.on('close', () => clearTimeout(timer));
    pipeline(withTrailers(request, outgoing), outgoing, () => {});
  });
}

/** The body; its trailers are set when it ends. */
function withTrailers(request: HttpRequest, outgoing: ClientRequest): Readable {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* request.body;
    const trailers = await request.trailers;
    if (trailers === undefined) return;
    outgoing.addTrailers(
      trailers.flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, Buffer.from(value).toString('latin1')]),
      ),
    );
  }
  return Readable.from(chunks(), { objectMode: false });
}

async function trailersOf(response: IncomingMessage): Promise<HttpFields | undefined> {
  await new Promise((resolve) => response.once('close', resolve));
  return response.rawTrailers.length > 0 ? grouped(response.rawTrailers) : undefined;
}

/** Node wants a lone value, that of `host` above all, without its list. */
function headerValue(values: readonly Uint8Array[]): string | string[] {
  const texts = values.map((value) => Buffer.from(value).toString('latin1'));
  return texts.length === 1 ? (texts[0] as string) : texts;
}

function grouped(lines: readonly string[]): HttpFields {
  const byName = new Map<string, Uint8Array[]>();
  for (let i = 0; i < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), Buffer.from(lines[i + 1] as string, 'latin1')]);
  }
  return [...byName];
}
