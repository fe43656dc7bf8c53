import type { HttpExchange } from '@wasmlattice/wasm-runtime/host-functions';
import { answerText } from './answer-text.js';

/** Answers that nobody can take the request now, which may change within `retryAfterMs`. */
export function answerUnavailable(
  { responder }: Pick<HttpExchange, 'responder'>,
  text: string,
  retryAfterMs = 1_000,
): void {
  const seconds = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  answerText({ responder }, 503, text, ['retry-after', seconds]);
}
