/** An operation that ends with an `err`, a text, for the guest instead of a broken call. */
export class MessagingFailure extends Error {
  override readonly name = 'MessagingFailure';
}
