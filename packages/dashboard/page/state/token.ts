const key = 'wasmlattice-token';

/**
 * The token of this tab. It comes in the fragment of the address, which no request bears; from there it goes into the storage of
 * the tab, so that neither the history nor a copied address has it. `undefined` if the tab was opened without one.
 */
export function takeToken(): string | undefined {
  const [, fresh, page = '/'] = /^#token=([\w-]+)(\/.*)?$/.exec(location.hash) ?? [];
  if (fresh !== undefined) {
    sessionStorage.setItem(key, fresh);
    history.replaceState(null, '', `${location.pathname}#${page}`);
  }
  return sessionStorage.getItem(key) ?? undefined;
}

/** Forgets the token: the dashboard it was for is gone. */
export function dropToken(): void {
  sessionStorage.removeItem(key);
}
