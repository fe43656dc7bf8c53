/** The value of a secret, as all who have one know it. */
export type SecretValue =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

/** How it would show in what is written: bytes as base64. For {@link Redactor.add}. */
export function shownSecret({ kind, value }: SecretValue): string {
  return kind === 'string' ? value : Buffer.from(value).toString('base64');
}
