import { add, describe, fail, note, reverse } from 'test:ops/shapes@1.0.0';

/** Calls the linked component and tells what came back. */
const routes: Readonly<Record<string, (url: URL) => unknown>> = {
  '/add': () => String(add(300, 18_446_744_073_709_551_000n)),
  '/circle': () => describe({ tag: 'circle', val: 1.5 }, 'c', { filled: true }),
  '/polygon': () =>
    describe(
      {
        tag: 'polygon',
        val: [
          { x: -1, y: 2 },
          { x: 300, y: -70_000 },
        ],
      },
      undefined,
      {},
    ),
  '/dot': () => describe({ tag: 'dot' }, 'd', {}),
  '/reverse': (url) => {
    const bytes = new Uint8Array(Number(url.searchParams.get('bytes')));
    bytes[0] = 7;
    const reversed = reverse(bytes);
    return `${reversed.length} ${reversed[reversed.length - 1]}`;
  },
  '/note': () => {
    note('a call without a result');
    return 'sent';
  },
  '/fail': () => fail(),
};

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });
}

function answer(request: Request): Response {
  const url = new URL(request.url);
  try {
    return json({ ok: routes[url.pathname]?.(url) });
  } catch (error) {
    const payload = (error as { payload?: unknown }).payload;
    if (payload === undefined) throw error;
    return json({ err: payload });
  }
}

addEventListener('fetch', (event) => event.respondWith(answer(event.request)));
