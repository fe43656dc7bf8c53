import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as sendRequest } from 'node:http';
import type { GuestKind } from '@wasmlattice/example-gallery';
import { freePort } from '@wasmlattice/test-support';
import { teapot, type Upstream } from './upstream.js';

export interface CheckedGuest {
  /** Where it is served, without a slash at the end. */
  readonly url: string;
  /** `Go` */
  readonly title: string;
  readonly upstream: Upstream;
}

/** Calls a guest and rejects with an AssertionError unless it does what guests of its kind do. */
export async function checkGuest(kind: GuestKind, guest: CheckedGuest): Promise<void> {
  await checks[kind](guest);
}

const checks: Readonly<Record<GuestKind, (guest: CheckedGuest) => Promise<void>>> = {
  async hello({ url, title }) {
    const response = await fetch(url);
    assert.equal(await response.text(), `Hello from ${title}!\n`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain\b/);
  },

  async echo({ url }) {
    const agent = new Agent();
    try {
      const request = sendRequest(url, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'text/x-parts' },
      });
      // Each part comes back before the next one is sent.
      request.write('first ');
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers['content-type'], 'text/x-parts');
      const parts = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      assert.equal(await readText(parts, 'first '.length), 'first ');
      request.write('second');
      assert.equal(await readText(parts, 'second'.length), 'second');
      request.end();
      assert.equal((await parts.next()).done, true);
    } finally {
      agent.destroy();
    }

    const body = randomBytes(1_000_000);
    const response = await fetch(url, { method: 'POST', body });
    assert.ok(
      body.equals(Buffer.from(await response.arrayBuffer())),
      'a large body came back as another one',
    );
  },

  async counter({ url }) {
    const [path, other] = [`/${randomUUID()}`, `/${randomUUID()}`] as const;
    const visit = async (visited: string): Promise<unknown> => (await fetch(`${url}${visited}`)).json();
    assert.deepEqual(await visit(path), { path, count: 1 });
    assert.deepEqual(await visit(path), { path, count: 2 });
    assert.deepEqual(await visit(other), { path: other, count: 1 });
    assert.deepEqual(await visit(path), { path, count: 3 });
  },

  async proxy({ url, upstream }) {
    const response = await fetch(`${url}/${upstream.url}/teapot`);
    const body = Buffer.from(await response.arrayBuffer());
    assert.equal(response.status, teapot.status);
    assert.equal(response.headers.get('content-type'), teapot.contentType);
    assert.ok(body.equals(teapot.body), 'the body of the upstream server came as another one');

    const nobody = await fetch(`${url}/http://127.0.0.1:${await freePort()}/`);
    await nobody.arrayBuffer();
    assert.ok(nobody.status >= 500, `without an upstream server the answer is ${nobody.status}`);
  },
};

async function readText(parts: AsyncIterator<Buffer>, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const { value, done } = await parts.next();
    if (done === true) break;
    text += value.toString('latin1');
  }
  return text;
}
