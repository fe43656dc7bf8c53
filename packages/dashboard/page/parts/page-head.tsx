import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageHeadProps {
  readonly title: string;
  readonly note?: string;
  readonly children?: ComponentChildren;
}

/** The head of a page. Focus comes here when the page opens, so that who can't see it hears where they are. */
export function PageHead({ title, note, children }: PageHeadProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · wasmlattice`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <header class="page-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {note === undefined ? null : <p class="muted-text">{note}</p>}
      </div>
      <div class="page-tools">{children}</div>
    </header>
  );
}
