import type { DashboardMessage } from '../../src/model/messages.js';

/** The server does not take the token: it is of a dashboard that has ended. */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
}

/**
 * The messages of the server until the stream ends. An `EventSource` would do the same, but sends no header, and the token belongs
 * into no address.
 */
export async function* readMessages(token: string): AsyncGenerator<DashboardMessage> {
  const response = await fetch('/api/stream', { headers: { authorization: `Bearer ${token}` } });
  if (response.status === 401) throw new StreamRefusedError();
  if (!response.ok || response.body === null) return;
  let rest = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = `${rest}${value}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield JSON.parse(block.slice('data: '.length)) as DashboardMessage;
  }
}
