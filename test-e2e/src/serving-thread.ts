/** A thread that loads what was prepared in another one, answers a request with it, and tells the answer. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parentPort } from 'node:worker_threads';
import { noopLogger } from '@wasmlattice/telemetry';
import { InstancePool, linkImports } from '@wasmlattice/wasm-runtime';
import { createEngine, type PreparedComponent, preparedTypes } from '@wasmlattice/wasm-runtime/engines';
import {
  type HttpResponseHead,
  hostInterfaces,
  incomingHandlerExport,
  invokeIncomingHandler,
  ReadableSource,
  unavailableInterfaces,
  WritableSink,
} from '@wasmlattice/wasm-runtime/host-functions';

export interface ServedAnswer {
  readonly status: number | undefined;
  readonly body: string;
}

const component = 'guest';

async function serve(prepared: PreparedComponent): Promise<ServedAnswer> {
  const types = preparedTypes(prepared);
  const linkage = linkImports(types, {
    component,
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
  const choice = prepared.engine === 'jco' ? 'trusted-jco' : 'direct';
  const compiled = createEngine({ choice }).load(prepared, { component, suspends: linkage.suspends });
  const pool = new InstancePool({ component, compiled, linkage, maxInstances: 1 });
  const exportId = incomingHandlerExport(types) ?? '';
  const output = new PassThrough();
  let head: HttpResponseHead | undefined;
  const exchange = {
    request: { method: 'GET', scheme: 'http', authority: 'localhost', pathWithQuery: '/', headers: [] },
    body: new ReadableSource(Readable.from([])),
    trailers: async () => undefined,
    signal: new AbortController().signal,
    responder: {
      start(given: HttpResponseHead) {
        head = given;
        return new WritableSink(output, { end: false });
      },
      finish: () => output.end(),
      fail: (_: number, why: string) => output.end(why),
    },
  };
  const context = {
    componentId: component,
    logger: noopLogger,
    config: () => new Map<string, string>(),
    links: { invoke: () => Promise.reject(new Error('no links')), setLinkName: () => undefined },
  };
  const body = text(output);
  await pool.run(context, (instance, signal) =>
    invokeIncomingHandler({ instance, exportId, exchange, component, signal, logger: noopLogger }),
  );
  await pool.close();
  return { status: head?.status, body: await body };
}

parentPort?.once('message', async (prepared: PreparedComponent) => {
  parentPort?.postMessage(await serve(prepared));
});
