import type { IncomingRequest, ResponseOutparam } from 'wasi:http/types@0.2.10';
import { respondText } from './http.ts';
import { routes } from './routes.ts';

/** The raw `wasi:http/incoming-handler`, so that the tests reach what the fetch event hides: trailers, traps, no answer. */
export const incomingHandler = {
  handle(request: IncomingRequest, out: ResponseOutparam): void {
    const url = new URL(request.pathWithQuery() ?? '/', 'http://probe');
    const param = (name: string, fallback?: string): string => {
      const value = url.searchParams.get(name) ?? fallback;
      if (value === undefined) throw new Error(`the probe needs ?${name}= for ${url.pathname}`);
      return value;
    };
    const route = routes[url.pathname];
    if (route === undefined) {
      respondText(out, `the probe has no path ${url.pathname}\n`, 404);
      return;
    }
    route({ request, out, param });
  },
};
