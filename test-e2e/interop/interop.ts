import type { TestNatsServer } from '@wasmlattice/test-support';
import type { Report } from './report.js';
import type { Tools } from './tools.js';

/** What each area of a run gets. */
export interface Interop {
  readonly nats: TestNatsServer;
  readonly tools: Tools;
  /** Home of `wash`: its keys and caches. */
  readonly home: string;
  /** Components and provider archives by name. */
  readonly files: InteropFiles;
  readonly report: Report;
  /** Folder that golden bytes are written to, if they are to be. */
  readonly recordTo?: string;
  /** The program of a host of an older build of ours. */
  readonly olderHost?: string;
}

/** Paths. Each archive holds a program for this machine. */
export interface InteropFiles extends Readonly<Record<string, string>> {
  readonly hello: string;
  readonly helloAgain: string;
  readonly counter: string;
  readonly chain: string;
  readonly repeater: string;
  readonly httpServer: string;
  readonly httpClient: string;
  readonly keyvalueNats: string;
  readonly messagingNats: string;
  readonly ourKeyvalueNats: string;
  readonly ourMessagingNats: string;
  readonly ourBlobstoreFs: string;
}
