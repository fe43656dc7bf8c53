import { controlRoot, defaultControlPrefix } from '@wasmlattice/control-interface';
import { allLogLinesSubject, diagnosticsRoot } from '@wasmlattice/diagnostics';
import { allEventsSubject } from '@wasmlattice/events';
import type { GlobalOptions } from '../global-options.js';
import { type Finding, findingsOf } from './finding.js';
import type { Refusals } from './refusals.js';

const { ok, warning, problem } = findingsOf('permissions', 'permissions of this login');

/** What a login may do, as far as that can be tried without doing anything. */
export async function lookAtPermissions(
  refusals: Refusals,
  { lattice, ctlTopicPrefix = defaultControlPrefix, inboxPrefix = '_INBOX' }: GlobalOptions,
): Promise<Finding> {
  const control = controlRoot({ prefix: ctlTopicPrefix, lattice });
  const [look, command, figures] = [
    `${control}.host.ping`,
    // Nobody is asked for an answer, and to read a config changes nothing.
    `${control}.config.get.wasmlattice-doctor`,
    `${diagnosticsRoot(lattice)}.req.figures.doctor`,
  ];
  const [events, logs] = [allEventsSubject(lattice), allLogLinesSubject(lattice)];
  const inbox = `${inboxPrefix}.wasmlattice-doctor`;
  const published = await refusals.publishable([look, command, figures]);
  const subscribed = await refusals.subscribable([events, logs, inbox]);
  if (!subscribed.has(inbox)) {
    return problem(
      `no answer can arrive: it may not subscribe to ${inboxPrefix}.>`,
      'add --ctl-inbox-prefix _INBOX_operator, or _INBOX_viewer (WASMLATTICE_CTL_INBOX_PREFIX): the role of the login',
    );
  }
  if (!published.has(look) || !subscribed.has(events)) {
    return problem(
      `it may not look at lattice ${lattice}: ${published.has(look) ? events : look} is refused`,
      `log in with --ctl-creds as operator or viewer of this lattice, made by: wasmlattice access create --lattice ${lattice} FOLDER`,
    );
  }
  const missing = [
    ...(published.has(command) ? [] : ['command hosts (needs the role operator)']),
    ...(published.has(figures) && subscribed.has(logs) ? [] : ['see figures and logs']),
  ];
  if (missing.length === 0) return ok('it may look, command, and see figures and logs');
  return warning(
    `it may look, and not ${missing.join(' nor ')}`,
    published.has(command)
      ? `make the permissions of the server anew: wasmlattice access create --lattice ${lattice} FOLDER`
      : 'log in with --ctl-creds of an operator to change anything',
  );
}
