import type { HttpExchange } from '@wasmlattice/wasm-runtime/host-functions';

/** A complete answer with a line of text. The connection stays: what the client sent was understood. */
export function answerText(
  { responder }: Pick<HttpExchange, 'responder'>,
  status: number,
  text: string,
  headers: readonly string[] = [],
): void {
  responder
    .start({ status, headers: ['content-type', 'text/plain; charset=utf-8', ...headers] })
    .write(Buffer.from(text));
  responder.finish();
}
