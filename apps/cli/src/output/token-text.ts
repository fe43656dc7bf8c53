import { formatUptime } from '@wasmlattice/control-interface';
import { requireValidToken, type Token } from '@wasmlattice/identity';

/** What commands say of any token; `undefined` values are left out of both forms. */
export interface TokenReport {
  readonly title: string;
  /** Lines for people. */
  readonly lines: readonly (readonly [label: string, value: string | undefined])[];
  /** Fields for programs, in the words of `wash` where it has them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why the token does not count now. */
  readonly problem: string | undefined;
}

/** A component's token, as `claims inspect` shows it. */
export function componentReport(token: Token<'component'>, now: number): TokenReport {
  const { issuer, subject, metadata } = token.claims;
  const { name, version, revision, tags = [], callAlias } = metadata ?? {};
  return report(token, now, {
    title: `${name ?? 'Anonymous'} - Component`,
    lines: [
      ['Account', issuer],
      ['Component', subject],
      ['Version', versionText(version, revision)],
      ['Call Alias', callAlias],
      ['Tags', tags.length === 0 ? 'None' : tags.join(',')],
    ],
    fields: {
      account: issuer,
      component: subject,
      name,
      version,
      revision,
      call_alias: callAlias,
      tags: tags.length === 0 ? 'None' : tags.join(','),
    },
  });
}

/** A provider's token and what its archive holds, as `par inspect` shows it. */
export function providerReport(
  token: Token<'provider'>,
  targets: readonly string[],
  now: number,
): TokenReport {
  const { issuer, subject, metadata } = token.claims;
  const { name, vendor, version, revision, configSchema } = metadata ?? {};
  return report(token, now, {
    title: `${name ?? 'Unnamed Provider'} - Capability Provider`,
    lines: [
      ['Account', issuer],
      ['Service', subject],
      ['Vendor', vendor],
      ['Version', version],
      ['Revision', revision?.toString()],
      ['Targets', targets.join(', ')],
      ['Schema', configSchema === undefined ? undefined : 'use --output json to see it'],
    ],
    fields: {
      issuer,
      service: subject,
      name,
      vendor,
      version: version ?? 'None',
      revision: revision?.toString() ?? 'None',
      targets,
      ...(configSchema !== undefined && { schema: configSchema }),
    },
  });
}

export function reportText({ title, lines, problem }: TokenReport): string {
  const shown = lines.filter((line): line is readonly [string, string] => line[1] !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  return [
    title,
    ...shown.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    ...(problem === undefined ? [] : [`It does not count: ${problem}`]),
    '',
  ].join('\n');
}

function report(
  token: Token,
  now: number,
  { title, lines, fields }: Omit<TokenReport, 'problem'>,
): TokenReport {
  const expires = relativeTime(token.claims.expires, now) ?? 'never';
  const canBeUsed = relativeTime(token.claims.notBefore, now) ?? 'immediately';
  const problem = problemOf(token, now);
  return {
    title,
    lines: [...lines, ['Expires', expires], ['Can Be Used', canBeUsed]],
    fields: { ...fields, expires, can_be_used: canBeUsed, valid: problem === undefined, problem },
    problem,
  };
}

function problemOf(token: Token, now: number): string | undefined {
  try {
    requireValidToken(token, now);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function versionText(version: string | undefined, revision: number | undefined): string {
  return `${version ?? 'None'} (${revision ?? 0})`;
}

const day = 86_400;

/** `in 2days` or `3h ago`, with the precision of the largest unit up to days. */
function relativeTime(seconds: number | undefined, now: number): string | undefined {
  if (seconds === undefined) return undefined;
  const difference = Math.abs(Math.floor(now / 1_000) - seconds);
  const unit = [day, 3_600, 60].find((length) => difference >= length) ?? 1;
  const text = formatUptime(difference - (difference % unit));
  return seconds * 1_000 < now ? `${text} ago` : `in ${text}`;
}
