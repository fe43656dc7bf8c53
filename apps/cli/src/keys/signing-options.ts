import type { SigningKey, SigningKeyKind } from '@wasmlattice/identity';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { readWholeNumber } from '../global-options.js';
import { findKey } from './find-key.js';

/** What commands that sign take, in the words of `wash`. */
export interface SigningOptions {
  readonly issuer?: string;
  readonly subject?: string;
  readonly directory?: string;
  readonly disableKeygen?: boolean;
  readonly expires?: string;
  readonly nbf?: string;
}

/** The kinds of key a token is made with. */
export interface SigningKinds<I extends SigningKeyKind, S extends SigningKeyKind> {
  readonly issuer: I;
  readonly subject: S;
}

/** @param directoryFlags `wash` has `-d` for the folder of keys with some commands, and for something else with others */
export function addKeyOptions(
  command: Command,
  kinds: SigningKinds<SigningKeyKind, SigningKeyKind>,
  directoryFlags = '--directory <dir>',
): Command {
  const keyHelp = (kind: SigningKeyKind, what: string, variable: string): string =>
    `${what}: the seed of a ${kind} key or a file with it; without it NAME_${kind}.nk is taken, or made [${variable}]`;
  return command
    .option('-i, --issuer <key>', keyHelp(kinds.issuer, 'who signs', 'WASH_ISSUER_KEY'))
    .option('-s, --subject <key>', keyHelp(kinds.subject, 'what is signed', 'WASH_SUBJECT_KEY'))
    .option(directoryFlags, 'folder of keys [WASH_KEYS] (default: that of wash)')
    .option('--disable-keygen', 'make no keys');
}

/** @param flags those of `wash`, or none of one letter where another option has it */
export function addTimeOptions(
  command: Command,
  flags: { readonly expires: string; readonly nbf: string } = { expires: '-x, --expires', nbf: '-b, --nbf' },
): Command {
  return command
    .option(`${flags.expires} <days>`, 'days until the token expires (default: never)')
    .option(`${flags.nbf} <days>`, 'days until the token counts (default: at once)');
}

/** Finds the keys; `name` is that of the file which is signed. */
export async function signingKeys<I extends SigningKeyKind, S extends SigningKeyKind>(
  io: CliIo,
  options: SigningOptions,
  kinds: SigningKinds<I, S>,
  name: string,
): Promise<{ readonly issuer: SigningKey<I>; readonly subject: SigningKey<S> }> {
  const common = { directory: options.directory, mayGenerate: options.disableKeygen !== true };
  const issuer = await findKey(io, {
    ...common,
    kind: kinds.issuer,
    flag: '--issuer',
    given: options.issuer ?? io.env.WASH_ISSUER_KEY,
    // One account signs all that a user makes.
    name: kinds.issuer === 'account' ? (io.env.USER ?? 'user') : name,
  });
  const subject = await findKey(io, {
    ...common,
    kind: kinds.subject,
    flag: '--subject',
    given: options.subject ?? io.env.WASH_SUBJECT_KEY,
    name: kinds.subject === 'account' ? (io.env.USER ?? 'user') : name,
  });
  return { issuer, subject };
}

const secondsOfDay = 86_400;
const mostDays = 1_000_000;

/** The times of a token made now, in seconds since the epoch. */
export function signingTimes({ expires, nbf }: SigningOptions): {
  readonly issuedAt: number;
  readonly expires: number | undefined;
  readonly notBefore: number | undefined;
} {
  const issuedAt = Math.floor(Date.now() / 1_000);
  const inDays = (text: string | undefined, flag: string): number | undefined =>
    text === undefined ? undefined : issuedAt + secondsOfDay * readWholeNumber(text, flag, 0, mostDays);
  return { issuedAt, expires: inDays(expires, '--expires'), notBefore: inDays(nbf, '--nbf') };
}
