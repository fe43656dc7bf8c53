import { reveal } from 'wasmcloud:secrets/reveal@0.1.0-draft';
import { get } from 'wasmcloud:secrets/store@0.1.0-draft';

/** Asked anew for each request: the next one meets a value that was changed. */
function password(): string {
  const secret = get('password');
  try {
    const value = reveal(secret);
    return value.tag === 'string' ? value.val : new TextDecoder().decode(value.val);
  } finally {
    secret[Symbol.dispose]();
  }
}

addEventListener('fetch', (event) => {
  const given = new URL(event.request.url).searchParams.get('password');
  event.respondWith(new Response(given === password() ? 'Welcome!\n' : 'Who are you?\n'));
});
