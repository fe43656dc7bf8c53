import { signNatsToken } from '@wasmlattice/nats-access';
import { nkeys } from 'nats';
import { describe, expect, it } from 'vitest';
import { authorize, ForeignRequestError } from './authorize.js';
import { readDirectory } from './directory.js';

const server = nkeys.createServer();
const issuer = nkeys.createAccount();
const member = nkeys.createUser();
const nonce = 'a nonce of the server';
const directory = readDirectory(
  JSON.stringify({ [member.getPublicKey()]: { role: 'component', lattice: 'default', id: 'hello' } }),
);

function requestOf(key: ReturnType<typeof nkeys.createUser>, signer = key): string {
  return signNatsToken(
    {
      name: 'request',
      subject: server.getPublicKey(),
      nats: {
        type: 'authorization_request',
        server_id: { id: server.getPublicKey() },
        user_nkey: 'UFRESH',
        client_info: { nonce },
        connect_opts: {
          nkey: key.getPublicKey(),
          sig: Buffer.from(signer.sign(Buffer.from(nonce))).toString('base64url'),
        },
      },
    },
    server,
  );
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('authorize', () => {
  it('signs a user with the permissions of the member, for an hour', () => {
    const { answer } = authorize(requestOf(member), { directory, issuer, now: () => 0 });
    const response = claimsOf(answer);
    expect(response).toMatchObject({ iss: issuer.getPublicKey(), aud: server.getPublicKey(), sub: 'UFRESH' });
    expect(claimsOf(response.nats.jwt)).toMatchObject({
      sub: 'UFRESH',
      aud: 'CALLS',
      exp: 3_600,
      nats: {
        type: 'user',
        sub: { allow: ['default.hello.wrpc.>', 'default.hello.*.wrpc.>', '_INBOX_component.hello.>'] },
      },
    });
  });

  it('gives none to who is not in the directory, or signs with another key', () => {
    const stranger = nkeys.createUser();
    for (const request of [requestOf(stranger), requestOf(member, stranger)]) {
      const { nats } = claimsOf(authorize(request, { directory, issuer }).answer);
      expect(nats).toMatchObject({ type: 'authorization_response', error: 'not a member of this lattice' });
      expect(nats.jwt).toBeUndefined();
    }
  });

  it.each([
    '',
    'a.b.c',
    'x',
    `${Buffer.from('{}').toString('base64url')}.${Buffer.from('{"nats":null}').toString('base64url')}.`,
  ])('answers nothing to %j, which no server asks', (token) => {
    expect(() => authorize(token, { directory, issuer })).toThrow(ForeignRequestError);
  });

  it('answers nothing to a request that was changed on its way', () => {
    const [header, , signature] = requestOf(member).split('.');
    const other = requestOf(nkeys.createUser()).split('.')[1];
    expect(() => authorize(`${header}.${other}.${signature}`, { directory, issuer })).toThrow(
      ForeignRequestError,
    );
  });
});

describe('a directory', () => {
  it.each([
    ['[1]', /is not the public key of a user/],
    ['{"UX": {}}', /is not the public key of a user/],
    [JSON.stringify({ [member.getPublicKey()]: { role: 'king', lattice: 'default' } }), /has no known role/],
    [JSON.stringify({ [member.getPublicKey()]: { role: 'viewer' } }), /has no lattice/],
    [
      JSON.stringify({ [member.getPublicKey()]: { role: 'provider', lattice: 'default', id: 7 } }),
      /is no text/,
    ],
  ])('%s is refused with the reason', (text, reason) => {
    expect(() => readDirectory(text)).toThrow(reason);
  });
});
