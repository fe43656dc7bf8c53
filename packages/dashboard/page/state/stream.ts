/** The server does not take the token: it is of a dashboard that has ended. */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
}

/**
 * The messages of the server on a path until the stream ends, or the signal ends it. An `EventSource` would do the same, but sends no header, and the token belongs
 * into no address.
 */
export async function* readMessages<Message>(
  token: string,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<Message> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(path, { headers, ...(signal !== undefined && { signal }) });
  if (response.status === 401) throw new StreamRefusedError();
  if (!response.ok || response.body === null) return;
  let rest = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = `${rest}${value}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield JSON.parse(block.slice('data: '.length)) as Message;
  }
}
