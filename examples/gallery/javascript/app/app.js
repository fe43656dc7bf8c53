import { open } from 'wasi:keyvalue/store@0.2.0-draft';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';

function count(path) {
  const bucket = open('default');
  try {
    const before = bucket.get(path);
    const count = before === undefined ? 1 : Number(new TextDecoder().decode(before)) + 1;
    bucket.set(path, new TextEncoder().encode(String(count)));
    return count;
  } finally {
    bucket[Symbol.dispose]();
  }
}

const app = new Hono();

app.get('/', (context) => context.text('Hello from JavaScript!\n'));

app.post('/', (context) => {
  const { body, headers } = context.req.raw;
  return context.body(body, 200, {
    'content-type': headers.get('content-type') ?? 'application/octet-stream',
  });
});

app.get('/:url{https?://.+}', (context) => proxy(context.req.param('url')));

app.get('*', (context) => {
  const { path } = context.req;
  return context.json({ path, count: count(path) });
});

addEventListener('fetch', (event) => event.respondWith(app.fetch(event.request)));
