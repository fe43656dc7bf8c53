import { connectLattice, parseNatsCredentials } from '@wasmlattice/lattice-connection';
import { inboxPrefixOf, type Role } from '@wasmlattice/nats-access';
import { noopLogger } from '@wasmlattice/telemetry';
import { Events, type NatsConnection } from 'nats';
import type { DeployedAccess } from './nats-access.js';

/** A user of the server in one of the roles of its lattice. */
export interface RoleConnection extends AsyncDisposable {
  readonly role: Role;
  readonly connection: NatsConnection;
  /** Tries each and tells those that the server let through. */
  allowed(kind: 'publish' | 'subscribe', subjects: readonly string[]): Promise<readonly string[]>;
}

/** Logs in as a role of the lattice does, with the inboxes of the role. */
export async function connectAs(
  role: Role,
  nats: { readonly url: string },
  access: DeployedAccess,
): Promise<RoleConnection> {
  const connection = await connectLattice(
    {
      url: nats.url,
      name: role,
      credentials: parseNatsCredentials(access.credentials[role], `${role}.creds`),
      inboxPrefix: inboxPrefixOf(role),
    },
    noopLogger,
  );
  const refused = new Set<string>();
  let tries = 0;
  let wake = (): void => {};
  const seen = async (refusal: string): Promise<void> => {
    while (!refused.has(refusal)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  // It goes on as long as anybody holds the connection: the client does not end it.
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type !== Events.Error || status.permissionContext === undefined) continue;
      refused.add(`${status.permissionContext.operation} ${status.permissionContext.subject}`);
      wake();
    }
  })();
  return {
    role,
    connection,
    async allowed(kind, subjects) {
      for (const subject of subjects) {
        if (kind === 'publish') connection.publish(subject);
        else connection.subscribe(subject, { callback: () => {} });
      }
      // Refusals come in the order of what was refused, and nobody may publish this.
      tries += 1;
      const last = `nobody.${tries}`;
      connection.publish(last);
      await seen(`publish ${last}`);
      const operation = kind === 'publish' ? 'publish' : 'subscription';
      return subjects.filter((subject) => !refused.has(`${operation} ${subject}`));
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
