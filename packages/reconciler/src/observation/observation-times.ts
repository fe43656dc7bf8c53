/** All in ms. */
export interface ObservationTimes {
  /** For hosts to answer a ping. */
  readonly pingMs: number;
  /** For a host to say what runs there. */
  readonly answerMs: number;
  /** Between two such questions to a host. */
  readonly askGapMs: number;
  /** A host that gives signs of life is asked after so long without one, and is gone after `silentMs`. */
  readonly quietMs: number;
  readonly silentMs: number;
  /** Others are asked after so long without an event, and are gone after `heartbeatMs`. */
  readonly quietOthersMs: number;
  readonly heartbeatMs: number;
  /** How long a host that was found is waited for before it tells what runs there. */
  readonly unreadMs: number;
  /** Between two looks at who is quiet. */
  readonly sweepMs: number;
  /** Between two pings, which find what events did not tell. */
  readonly scanMs: number;
  /** How long a host is there before it takes over work from others. */
  readonly settleMs: number;
}

export const defaultObservationTimes: ObservationTimes = {
  pingMs: 1_200,
  answerMs: 2_000,
  askGapMs: 100,
  quietMs: 2_200,
  // A host of ours is missed within 5 s.
  silentMs: 4_500,
  quietOthersMs: 10_000,
  // Theirs come every 30 s, but not while they compile.
  heartbeatMs: 70_000,
  unreadMs: 10_000,
  sweepMs: 250,
  scanMs: 30_000,
  settleMs: 15_000,
};
