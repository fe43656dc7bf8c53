import { type Finding, findingsOf } from './finding.js';

const { ok, warning, problem, unknown } = findingsOf('clock', 'clocks');

/** The clock of somebody else, and how far it is ahead of this one, in ms. */
export interface OtherClock {
  readonly whose: string;
  readonly aheadMs: number;
}

/** What a look over a network may be wrong by, and what nobody minds. */
const fineMs = 1_000;
/** Tokens and leases are good for minutes and seconds. */
const badMs = 30_000;

export function clockFinding(clocks: readonly OtherClock[]): Finding {
  if (clocks.length === 0) return unknown('neither the server nor a host told its time');
  const worst = clocks.reduce((a, b) => (Math.abs(a.aheadMs) >= Math.abs(b.aheadMs) ? a : b));
  const seconds = Math.round(Math.abs(worst.aheadMs) / 100) / 10;
  const side = worst.aheadMs > 0 ? 'ahead of' : 'behind';
  const text = `the clock of ${worst.whose} is ${seconds} s ${side} this one`;
  const fix = 'timedatectl set-ntp true   (on each machine)';
  if (Math.abs(worst.aheadMs) >= badMs) return problem(text, fix);
  if (Math.abs(worst.aheadMs) >= fineMs) return warning(text, fix);
  return ok(`within a second of ${clocks.map(({ whose }) => whose).join(', ')}`);
}
