/** What came of one build. */
export type BuildOutcome =
  | {
      readonly kind: 'built';
      /** The component; a file of its own for each content, so that hosts see that it is another one. */
      readonly path: string;
      /** Leads from positions in the script to the sources. */
      readonly map: string | undefined;
      /** Components with the same one import and export the same; `undefined` where it is not known. */
      readonly world: string | undefined;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly map: string | undefined };

/** Builds what is in a folder, as often as it is asked. */
export interface Builder extends AsyncDisposable {
  /** Never rejects for mistakes in the sources. */
  build(): Promise<BuildOutcome>;
}
