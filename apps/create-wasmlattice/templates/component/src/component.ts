import { get as getConfig } from 'wasi:config/store@0.2.0-draft';
import { greet } from './greet.ts';

addEventListener('fetch', (event) => {
  const { searchParams } = new URL(event.request.url);
  const text = greet(getConfig('greeting') ?? 'Hello', searchParams.get('name') ?? 'world');
  event.respondWith(new Response(text, { headers: { 'content-type': 'text/plain' } }));
});
