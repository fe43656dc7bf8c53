import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type DiffLine, hasChanges } from '../state/diffs.js';

interface ReviewProps {
  readonly title: string;
  readonly lines: readonly DiffLine[];
  /** What the button says that does it. */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** Carries it out; rejects with what went wrong. */
  readonly onWrite: () => Promise<void>;
  readonly onClose: () => void;
}

const signs = { added: '+', removed: '−', kept: ' ' } as const;
const words = { added: 'added: ', removed: 'removed: ', kept: '' } as const;

/** Shows what an edit changes before it is made. */
export function Review({ title, lines, action, isDangerous, onWrite, onClose }: ReviewProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [failure, setFailure] = useState('');
  const [isWriting, setWriting] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const write = async (): Promise<void> => {
    setWriting(true);
    setFailure('');
    try {
      await onWrite();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setWriting(false);
    }
  };
  return (
    <dialog class="review" ref={dialog} onClose={onClose} aria-labelledby="review-title">
      <h2 id="review-title">{title}</h2>
      {hasChanges(lines) ? (
        <ul class="diff" aria-label="Changes">
          {lines.map(({ mark, name, value, isHidden }) => (
            <li key={`${mark} ${name}`} class={mark}>
              <span aria-hidden="true">{signs[mark]}</span>
              <span class="sr">{words[mark]}</span>
              <span class="diff-name">{name}</span>
              <span class="diff-value">{isHidden ? <Hidden /> : value}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p class="muted-text">Nothing changes.</p>
      )}
      <p role="alert" class={failure === '' ? undefined : 'trouble'}>
        {failure}
      </p>
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          Back
        </button>
        <button
          type="button"
          class={isDangerous ? 'danger' : 'primary'}
          disabled={isWriting || !hasChanges(lines)}
          onClick={() => void write()}
        >
          {isWriting ? 'Waiting for the host…' : action}
        </button>
      </div>
    </dialog>
  );
}

function Hidden(): JSX.Element {
  return (
    <>
      <span aria-hidden="true">••••••</span>
      <span class="sr">hidden value</span>
    </>
  );
}
