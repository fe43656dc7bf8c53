/** Answers with the request's body, as most JavaScript guests would: nothing of it is kept. */
addEventListener('fetch', (event) => event.respondWith(new Response(event.request.body)));
