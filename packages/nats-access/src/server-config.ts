import { type PermissionOptions, type Permissions, permissionsOf, type SubjectRules } from './permissions.js';
import { type AccountName, accountOf, type Role, roles } from './role.js';

const accountNames: readonly AccountName[] = ['CONTROL', 'CALLS'];

/**
 * The users of a lattice as part of a `nats-server` configuration, each known by a key.
 *
 * @param keyOf public user key of a role, `U…`, or the name of a variable of the server's environment that has it, `$NAME`
 */
export function accountsConfig(options: PermissionOptions, keyOf: (role: Role) => string): string {
  const account = (name: AccountName): string => {
    const users = roles
      .filter((role) => accountOf[role] === name)
      .map((role) => userConfig(role, keyOf(role), permissionsOf(role, options)));
    return `  ${name} {\n    jetstream: enabled\n    users: [\n${users.join('')}    ]\n  }\n`;
  };
  return `accounts {\n${accountNames.map(account).join('')}}\n`;
}

function userConfig(role: Role, key: string, permissions: Permissions): string {
  const { answersWithinMs, publish, subscribe } = permissions;
  const answers =
    answersWithinMs === undefined
      ? ''
      : `          allow_responses: { max: 1, expires: "${answersWithinMs / 1_000}s" }\n`;
  return `      # ${role}
      {
        nkey: ${key}
        permissions: {
          publish: ${rules(publish)}
          subscribe: ${rules(subscribe)}
${answers}        }
      }
`;
}

function rules({ allow, deny = [] }: SubjectRules): string {
  const list = (subjects: readonly string[]): string =>
    `[\n${subjects.map((subject) => `              ${JSON.stringify(subject)}\n`).join('')}            ]`;
  const denied = deny.length === 0 ? '' : `            deny: ${list(deny)}\n`;
  return `{\n            allow: ${list(allow)}\n${denied}          }`;
}
