import type { KeeperNote, KeeperReport } from '@wasmlattice/applications';
import type { Accession } from './lease/tenure.js';
import { placeOf } from './plan/asked.js';
import type { Absence, Failure } from './trouble-store.js';

/** A host that was heard of left the lattice, or came back to it. */
export type HostNews =
  | {
      readonly kind: 'gone';
      readonly hostId: string;
      readonly friendlyName: string | undefined;
      /** As the end of a sentence: `it stopped`. */
      readonly reason: string;
      /** Whether it said so itself. */
      readonly isOrderly: boolean;
    }
  | { readonly kind: 'back'; readonly hostId: string };

export interface KeeperJournalOptions {
  /** Of the host that keeps it. */
  readonly hostId: string;
  /** How long a host is there before work moves to it, in ms. */
  readonly settleMs: number;
  /** In ms since 1970. */
  readonly now?: () => number;
}

/** How long something is told, in ms. */
const toldForMs = 600_000;
/** What is told at once at the most: the latest. */
const toldAtOnce = 20;
/** What is remembered. */
const remembered = 200;
/** Things that one note names. */
const namedAtOnce = 5;

interface HostHistory {
  readonly label: string;
  /** When it left, of late. */
  readonly gone: readonly number[];
  readonly isHere: boolean;
  readonly reason: string;
  readonly isOrderly: boolean;
}

/** What a host tells of its part in keeping the applications, beside their statuses: why it does, and what was out of order of late. */
export class KeeperJournal {
  readonly #options: KeeperJournalOptions;
  readonly #now: () => number;
  readonly #notes = new Map<string, { readonly at: number; readonly message: string }>();
  readonly #hosts = new Map<string, HostHistory>();
  #begun: { readonly at: number; readonly reason: string } | undefined;

  constructor(options: KeeperJournalOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** This host acts from now on. */
  begins({ isOrderly, reason }: Accession): void {
    this.#begun = { at: this.#now(), reason };
    if (!isOrderly)
      this.#note('accession', `host ${this.#options.hostId} keeps the applications now: ${reason}`);
  }

  /** It does no longer, though it did not mean to stop. */
  lost(reason: string): void {
    this.#note('loss', `host ${this.#options.hostId} lost the lease: ${reason}`);
  }

  /** A wadm that kept the applications is gone. */
  wadmIsGone(): void {
    this.#begun = { at: this.#now(), reason: 'a wadm kept them before, and is gone' };
    this.#note('wadm', `a wadm kept the applications; host ${this.#options.hostId} does again`);
  }

  host(news: HostNews): void {
    const known = this.#hosts.get(news.hostId);
    if (news.kind === 'back') {
      if (known !== undefined) this.#hosts.set(news.hostId, { ...known, isHere: true });
      return;
    }
    const { friendlyName, hostId, isOrderly, reason } = news;
    const label = friendlyName === undefined ? (known?.label ?? hostId) : `${friendlyName} (${hostId})`;
    const gone = [...(known?.gone ?? []).filter((at) => this.#isRecent(at)), this.#now()];
    this.#hosts.delete(hostId);
    this.#hosts.set(hostId, { label, gone, reason, isOrderly, isHere: false });
    forgetOldest(this.#hosts);
  }

  /** What the host that acted before knew of hosts counts on. */
  knows(hosts: readonly Absence[]): void {
    for (const { goneMs, hostId, isHere, isOrderly, label, reason } of hosts) {
      const own = (this.#hosts.get(hostId)?.gone ?? []).filter((at) => this.#isRecent(at));
      if (own.length > goneMs.length) continue;
      const gone = goneMs.map((age) => this.#now() - age);
      this.#hosts.set(hostId, { label, gone, isHere, isOrderly, reason });
      forgetOldest(this.#hosts);
    }
  }

  /**
   * What failed before this host acted waits as long as it would have.
   *
   * @param nameOf how a host is told to people
   */
  carriesOn(failures: readonly Failure[], nameOf: (hostId: string) => string): void {
    const waiting = failures.filter(({ reason }) => reason !== undefined);
    if (waiting.length === 0) return;
    const named = waiting.slice(0, namedAtOnce).map(({ key, times }) => {
      const place = placeOf(key);
      return `${place === undefined ? key : `${place.id} on ${nameOf(place.hostId)}`} (${times} times)`;
    });
    const more = waiting.length > named.length ? ` and ${waiting.length - named.length} more` : '';
    this.#note(
      'carried on',
      `what failed, or did not stay, before host ${this.#options.hostId} acted goes on waiting: ${named.join(', ')}${more}`,
    );
  }

  /** Hosts that left of late, for who acts next. */
  absences(): readonly Absence[] {
    return [...this.#hosts].flatMap(([hostId, { gone, ...host }]) => {
      const goneMs = gone.filter((at) => this.#isRecent(at)).map((at) => this.#now() - at);
      return goneMs.length === 0 ? [] : [{ hostId, goneMs, ...host }];
    });
  }

  /** `undefined` before this host has acted. */
  report(waitsFor: string | undefined): KeeperReport | undefined {
    if (this.#begun === undefined) return undefined;
    const { at, reason } = this.#begun;
    return {
      host: this.#options.hostId,
      since: new Date(at).toISOString(),
      reason,
      ...(waitsFor !== undefined && { waitsFor }),
      notes: this.#recent(),
    };
  }

  #note(key: string, message: string): void {
    this.#notes.set(key, { at: this.#now(), message });
  }

  #isRecent(at: number): boolean {
    return this.#now() - at < toldForMs;
  }

  #recent(): readonly KeeperNote[] {
    const ofHosts = [...this.#hosts.values()].flatMap((host) => {
      const at = host.gone.at(-1) ?? 0;
      const times = host.gone.filter((each) => this.#isRecent(each)).length;
      // One that was stopped, once, is as somebody wanted it.
      return times === 0 || (times === 1 && host.isOrderly) ? [] : [{ at, message: this.#tell(host, times) }];
    });
    return [...this.#notes.values(), ...ofHosts]
      .filter(({ at }) => this.#isRecent(at))
      .sort((a, b) => a.at - b.at)
      .slice(-toldAtOnce)
      .map(({ at, message }) => ({ at: new Date(at).toISOString(), message }));
  }

  #tell({ isHere, label, reason }: HostHistory, times: number): string {
    const state = isHere ? `was gone (${reason}) and is back` : `is gone: ${reason}`;
    if (times === 1) return `host ${label} ${state}`;
    const seconds = this.#options.settleMs / 1_000;
    return `host ${label} ${state}, ${times} times in 10 minutes: nothing moves to it before it is here for ${seconds} s`;
  }
}

function forgetOldest(hosts: Map<string, unknown>): void {
  const [oldest] = hosts.keys();
  if (hosts.size > remembered && oldest !== undefined) hosts.delete(oldest);
}
