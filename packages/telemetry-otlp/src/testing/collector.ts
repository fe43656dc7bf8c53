import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type ReceivedLog,
  type ReceivedPoint,
  type ReceivedSpan,
  readLogs,
  readPoints,
  readSpans,
} from './otlp.js';
import { ProtobufMessage } from './protobuf-message.js';

/** One export request as it arrived. */
export interface ExportRequest {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly message: ProtobufMessage;
}

export interface CollectorOptions {
  /** Takes requests and never answers them. */
  readonly silent?: boolean;
  /** Of each answer; 200 by default. */
  readonly status?: number;
  /** Present to speak TLS: both as PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Receives OTLP over HTTP, for tests. */
export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ExportRequest[];
  /** All spans so far, in the order of their ends at each sender. */
  readonly spans: readonly ReceivedSpan[];
  /** All points of metrics so far; the last one of a series is its value. */
  readonly points: readonly ReceivedPoint[];
  readonly logs: readonly ReceivedLog[];
  /**
   * Waits until `find` finds something in what has arrived; asked again after each request. Rejects after half a minute,
   * with what there is.
   */
  until<T>(find: (collector: Collector) => T | undefined): Promise<T>;
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const requests: ExportRequest[] = [];
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const logs: ReceivedLog[] = [];
  const waiting = new Set<() => void>();
  const receive = (request: ExportRequest): void => {
    requests.push(request);
    if (request.path.endsWith('/v1/traces')) spans.push(...readSpans(request.message));
    if (request.path.endsWith('/v1/metrics')) points.push(...readPoints(request.message));
    if (request.path.endsWith('/v1/logs')) logs.push(...readLogs(request.message));
    for (const check of [...waiting]) check();
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (options.silent !== true) void answer(request, response, options.status ?? 200, receive);
  };
  const { tls } = options;
  const server =
    tls === undefined
      ? createServer(handle)
      : createTlsServer({ cert: tls.certificate, key: tls.key }, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the collector has no port');

  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const collector: Collector = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    requests,
    spans,
    points,
    logs,
    until: (find) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = find(collector);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`what was waited for did not arrive; there were ${summary(collector)}`));
        }, patienceMs);
        waiting.add(check);
        check();
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
  return collector;
}

/** Longest wait; reached only when something is broken. */
const patienceMs = 60_000;

function summary({ spans, points }: Collector): string {
  const names = (list: readonly { readonly name: string }[]): string =>
    [...new Set(list.map(({ name }) => name))].join(', ') || 'none';
  return `spans: ${names(spans)}; metrics: ${names(points)}`;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  receive: (request: ExportRequest) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
  receive({
    path: request.url ?? '',
    contentType: request.headers['content-type'],
    headers: request.headers,
    message: new ProtobufMessage(Buffer.concat(chunks)),
  });
}
