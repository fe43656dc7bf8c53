import type { Link } from '@wasmlattice/control-interface/types';
import type { JSX } from 'preact';
import { useContext, useId, useState } from 'preact/hooks';
import { ConditionBadge } from '../parts/condition.js';
import { Review } from '../parts/review.js';
import { addressOf } from '../route.js';
import { sendLinkEdit } from '../state/api.js';
import { diffLinks } from '../state/diffs.js';
import { StoreContext, useView } from '../state/store.js';
import type { LinkView } from '../state/workloads.js';

/** A link as it is typed: lists are words. */
interface Draft {
  readonly sourceId: string;
  readonly target: string;
  readonly name: string;
  readonly witNamespace: string;
  readonly witPackage: string;
  readonly interfaces: string;
  readonly sourceConfig: string;
  readonly targetConfig: string;
}

type FieldName = keyof Draft;

const fields: readonly {
  readonly name: FieldName;
  readonly title: string;
  readonly hint: string;
  readonly isKey: boolean;
}[] = [
  { name: 'sourceId', title: 'Source', hint: 'calls', isKey: true },
  { name: 'target', title: 'Target', hint: 'answers', isKey: true },
  { name: 'witNamespace', title: 'Namespace', hint: 'wasi of wasi:keyvalue/store', isKey: true },
  { name: 'witPackage', title: 'Package', hint: 'keyvalue', isKey: true },
  { name: 'name', title: 'Name', hint: 'tells links for the same package apart', isKey: true },
  { name: 'interfaces', title: 'Interfaces', hint: 'store, atomics', isKey: false },
  { name: 'sourceConfig', title: 'Configs of the source', hint: 'names, later ones win', isKey: false },
  { name: 'targetConfig', title: 'Configs of the target', hint: 'names, later ones win', isKey: false },
];

interface LinkEditorProps {
  /** Absent for a new one. */
  readonly view: LinkView | undefined;
}

/** One link; changes are shown before they are written. */
export function LinkEditor({ view }: LinkEditorProps): JSX.Element {
  const store = useContext(StoreContext);
  const { graph, state } = useView();
  const listId = useId();
  // What the editor was opened with: the server refuses the edit if the link is another by then.
  const [before] = useState(view?.link);
  const [draft, setDraft] = useState<Draft>(() => draftOf(view?.link));
  const [review, setReview] = useState<'put' | 'delete' | undefined>(undefined);
  const after = linkOf(draft);
  const isWhole = [after.sourceId, after.target, after.name, after.witNamespace, after.witPackage].every(
    Boolean,
  );
  const write = async (link: Link | undefined): Promise<void> => {
    await sendLinkEdit(store.token, { before, after: link });
    location.hash = addressOf('links');
  };
  return (
    <section class="editor" aria-labelledby="link-title">
      <h2 id="link-title">{before === undefined ? 'New link' : `${before.sourceId} → ${before.target}`}</h2>
      {view === undefined || view.condition === 'good' ? null : (
        <p>
          <ConditionBadge condition={view.condition} /> {view.reason}
        </p>
      )}
      <div class="fields">
        {fields.map(({ name, title, hint, isKey }) => (
          <label key={name}>
            <span>{title}</span>
            <input
              value={draft[name]}
              placeholder={hint}
              readOnly={state.isReadOnly || (isKey && before !== undefined)}
              list={name === 'sourceId' || name === 'target' ? listId : undefined}
              onInput={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
            />
          </label>
        ))}
      </div>
      <datalist id={listId}>
        {[...graph.workloads.keys()].slice(0, 500).map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <div class="buttons">
        <a class="button" href={addressOf('links')}>
          Back
        </a>
        <span class="gap" />
        {state.isReadOnly || before === undefined ? null : (
          <button type="button" class="danger" onClick={() => setReview('delete')}>
            Delete…
          </button>
        )}
        {state.isReadOnly ? null : (
          <button
            type="button"
            class="primary"
            disabled={!isWhole || after.interfaces.length === 0}
            onClick={() => setReview('put')}
          >
            Review changes…
          </button>
        )}
      </div>
      {review === undefined ? null : (
        <Review
          title={review === 'put' ? 'Put the link' : 'Delete the link'}
          lines={diffLinks(before, review === 'put' ? after : undefined)}
          action={review === 'put' ? 'Put' : 'Delete'}
          isDangerous={review === 'delete'}
          onWrite={() => write(review === 'put' ? after : undefined)}
          onClose={() => setReview(undefined)}
        />
      )}
    </section>
  );
}

function draftOf(link: Link | undefined): Draft {
  const { sourceId = '', target = '', name = 'default', witNamespace = '', witPackage = '' } = link ?? {};
  return {
    sourceId,
    target,
    name,
    witNamespace,
    witPackage,
    interfaces: link?.interfaces.join(', ') ?? '',
    sourceConfig: link?.sourceConfig.join(', ') ?? '',
    targetConfig: link?.targetConfig.join(', ') ?? '',
  };
}

function linkOf(draft: Draft): Link {
  const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
  return {
    sourceId: draft.sourceId.trim(),
    target: draft.target.trim(),
    name: draft.name.trim(),
    witNamespace: draft.witNamespace.trim(),
    witPackage: draft.witPackage.trim(),
    interfaces: words(draft.interfaces),
    sourceConfig: words(draft.sourceConfig),
    targetConfig: words(draft.targetConfig),
  };
}
