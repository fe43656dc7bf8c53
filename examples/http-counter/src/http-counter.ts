import { get as getConfig } from 'wasi:config/store@0.2.0-draft';
import { increment } from 'wasi:keyvalue/atomics@0.2.0-draft';
import { open } from 'wasi:keyvalue/store@0.2.0-draft';
import { log } from 'wasi:logging/logging@0.1.0-draft';

/** Counts a visit. `open` names no real bucket: the `bucket` setting of the link decides where the keys go. */
function count(path: string): bigint {
  const bucket = open('default');
  try {
    return increment(bucket, path, 1n);
  } finally {
    bucket[Symbol.dispose]();
  }
}

function answer(request: Request): Response {
  if (request.method !== 'GET') {
    return new Response('only GET is counted\n', { status: 405, headers: { allow: 'GET' } });
  }
  const path = new URL(request.url).pathname;
  const visits = count(path);
  log('info', 'http-counter', `visit ${visits} of ${path}`);

  const greeting = getConfig('greeting') ?? 'Hello';
  const body = JSON.stringify({ greeting, path, count: Number(visits) });
  return new Response(`${body}\n`, { headers: { 'content-type': 'application/json' } });
}

addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
