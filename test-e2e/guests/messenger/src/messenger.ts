import { log } from 'wasi:logging/logging@0.1.0-draft';
import { type BrokerMessage, publish, request } from 'wasmcloud:messaging/consumer@0.2.0';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Answers whoever waits, and fails for messages that say so. */
export const handler = {
  handleMessage({ subject, body, replyTo }: BrokerMessage): void {
    const text = decoder.decode(body);
    log('info', 'messenger', `handled ${subject} ${text}`);
    // A WIT result's error is thrown.
    if (text === 'refuse') throw 'refused on request';
    if (text === 'trap') throw new Error('trapped on request');
    const [, needed] = /^needs (.+)$/.exec(text) ?? [];
    if (needed !== undefined) askOrRefuse(needed);
    if (replyTo !== undefined) {
      publish({ subject: replyTo, body: encoder.encode(`${text} was handled`) });
    }
  },
};

/** Fails when nobody answers. */
function askOrRefuse(subject: string): void {
  try {
    request(subject, encoder.encode('are you there?'), 30_000);
  } catch (error) {
    throw (error as { payload: string }).payload;
  }
}

/** `/publish` and `/request`, with `?subject=`, `&body=` and `&timeout=`. */
function answer(url: URL): unknown {
  const param = (name: string): string => url.searchParams.get(name) ?? '';
  const subject = param('subject');
  const body = encoder.encode(param('body'));
  if (url.pathname === '/publish') {
    publish({ subject, body });
    return 'published';
  }
  const reply = request(subject, body, Number(param('timeout') || 30_000));
  return decoder.decode(reply.body);
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });
}

addEventListener('fetch', (event) => {
  try {
    event.respondWith(json({ ok: answer(new URL(event.request.url)) }));
  } catch (error) {
    const payload = (error as { payload?: unknown }).payload;
    if (payload === undefined) throw error;
    event.respondWith(json({ err: payload }));
  }
});
