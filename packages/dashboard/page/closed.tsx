import type { JSX } from 'preact';

/** What who comes without a token sees, or with that of a dashboard that has ended. */
export function Closed(): JSX.Element {
  return (
    <main class="closed">
      <h1>This dashboard is closed</h1>
      <p>
        It opens with the address that <code>wasmlattice ui</code> prints, token included. Each start makes a
        new one, and a tab keeps it until it is closed.
      </p>
    </main>
  );
}
