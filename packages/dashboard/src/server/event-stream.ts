import type { ServerResponse } from 'node:http';

/** Begins the stream of messages that `page/state/stream.ts` reads. */
export function openEventStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
}

/** A page that has not read `mostUnread` bytes of what it was sent is cut off. */
export function sendEvent(stream: ServerResponse, message: object, mostUnread: number): void {
  if (stream.writableLength > mostUnread) stream.destroy();
  // JSON has no line breaks of its own, so a message is one line of data.
  else stream.write(`data: ${JSON.stringify(message)}\n\n`);
}
