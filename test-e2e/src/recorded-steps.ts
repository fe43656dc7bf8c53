import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A request, and its answer if it had one. */
export interface RecordedRequest {
  readonly subject: string;
  readonly text: string;
  readonly answer?: string;
}

export interface RecordedEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One command of a real tool, and all that followed it until the next. */
export interface RecordedStep {
  readonly step: string;
  readonly requests: readonly RecordedRequest[];
  readonly events: readonly RecordedEvent[];
  /** Without a text: the record was deleted. */
  readonly kv: readonly { readonly key: string; readonly text?: string }[];
  readonly told: readonly { readonly subject: string; readonly text: string }[];
}

/** The steps in a file of `fixtures`, whose README says what is in it. */
export async function readRecordedSteps(file: string): Promise<RecordedStep[]> {
  const text = await readFile(join(import.meta.dirname, '..', 'fixtures', file), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const step = JSON.parse(line) as Partial<RecordedStep> & Pick<RecordedStep, 'step'>;
      return { requests: [], events: [], kv: [], told: [], ...step };
    });
}
