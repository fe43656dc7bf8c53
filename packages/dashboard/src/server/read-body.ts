import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

/** An edit is a page of text at most. In bytes. */
const longestBody = 256 * 1_024;

/** The JSON that a request bears. Throws a {@link Refusal}. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') {
    throw new Refusal(415, 'the request is no application/json');
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > longestBody) throw new Refusal(413, `the request is longer than ${longestBody} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'the request is no JSON');
  }
}
