/** How a NATS user proves who it is. A credentials file is read when the connection is made. */
export type NatsCredentialsSource =
  /** An nkey that the server knows, without a JWT. */
  | { readonly kind: 'nkey'; readonly seed: string }
  | { readonly kind: 'jwt'; readonly jwt: string; readonly seed: string }
  | { readonly kind: 'file'; readonly path: string };

/** Where one of the two NATS connections of a host goes. */
export interface NatsEndpoint {
  /** `nats://{host}:{port}`, as ping replies report it. */
  readonly url: string;
  /** Refuse a server without TLS. */
  readonly tls: boolean;
  readonly credentials: NatsCredentialsSource | undefined;
  /** File with the certificates of authorities that are trusted instead of the system's; it requires TLS, too. */
  readonly tlsCaFile?: string | undefined;
  /** First tokens of all inboxes of the connection; `_INBOX` without. */
  readonly inboxPrefix?: string | undefined;
}
