import type { ControlScope } from './control-subjects.js';

/** Longer ones are no inboxes. */
const maxLength = 1_024;

/**
 * Whether an answer may go to a subject that a stranger names. It goes out with the rights of the host: to a subject of NATS itself, or
 * of a lattice, it would be a request that the stranger may not make.
 */
export function isReplySubject(subject: string, scope: ControlScope): boolean {
  const [first = ''] = subject.split('.', 1);
  const [ofControl = ''] = scope.prefix.split('.', 1);
  return (
    subject.length <= maxLength &&
    !first.startsWith('$') &&
    ![ofControl, 'wasmbus', 'wasmlattice', scope.lattice].includes(first)
  );
}
