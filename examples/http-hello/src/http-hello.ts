addEventListener('fetch', (event) => {
  event.respondWith(new Response('Hello from WebAssembly!\n', { headers: { 'content-type': 'text/plain' } }));
});
