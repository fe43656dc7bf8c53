import type { HttpExchange } from '@wasmlattice/wasm-runtime/host-functions';

/** A GET request whose answer nobody reads. */
export function unreadExchange(): HttpExchange {
  const sink = {
    capacity: () => 65_536,
    isReady: () => true,
    ready: () => Promise.resolve(),
    write() {},
    flush() {},
    close() {},
  };
  return {
    request: {
      method: 'GET',
      scheme: 'http',
      authority: 'localhost',
      pathWithQuery: '/',
      headers: [],
    },
    body: { read: () => undefined, isReady: () => true, ready: () => Promise.resolve(), cancel() {} },
    trailers: () => Promise.resolve(undefined),
    responder: { start: () => sink, finish() {}, fail() {} },
    signal: new AbortController().signal,
  };
}
