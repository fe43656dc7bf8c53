import { useLayoutEffect, useState } from 'preact/hooks';

/** Where one is: the page, and the id or name that it is about. */
export interface Route {
  readonly page: PageName;
  readonly subject: string | undefined;
}

export const pageNames = [
  'map',
  'hosts',
  'components',
  'providers',
  'links',
  'configs',
  'events',
  'traces',
] as const;
export type PageName = (typeof pageNames)[number];

/** `#/components/shop-cart` → the page `components` about `shop-cart`; the map for what is none of ours. */
export function parseRoute(hash: string): Route {
  const [, first = '', ...rest] = hash.split('/');
  const page = pageNames.find((name) => name === first) ?? 'map';
  const subject = rest.join('/');
  return { page, subject: subject === '' ? undefined : decodeURIComponent(subject) };
}

/** The inverse: an address for a link. */
export function addressOf(page: PageName, subject?: string): string {
  return subject === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(subject)}`;
}

/** The route as it is now; the caller is drawn again when it changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useLayoutEffect(() => {
    const follow = (): void => setHash(location.hash);
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}
