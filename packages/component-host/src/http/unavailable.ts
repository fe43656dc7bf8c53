import type { HttpExchange } from '@wasmlattice/wasm-runtime/host-functions';

/** Answers that nobody can take the request now, which may change within `retryAfterMs`. */
export function answerUnavailable(
  { responder }: Pick<HttpExchange, 'responder'>,
  text: string,
  retryAfterMs = 1_000,
): void {
  const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  const headers = ['content-type', 'text/plain; charset=utf-8', 'retry-after', seconds];
  responder.start({ status: 503, headers }).write(Buffer.from(text));
  responder.finish();
}
