/**
 * A credentials file as `nsc` writes it, which wash and all NATS clients read. A user known by the key alone has no JWT; hosts, the command
 * line and providers on our SDK read such a file, too.
 */
export function credentialsText(user: { readonly jwt?: string | undefined; readonly seed: string }): string {
  const token =
    user.jwt === undefined
      ? ''
      : `-----BEGIN NATS USER JWT-----\n${user.jwt}\n------END NATS USER JWT------\n\n`;
  return `${token}-----BEGIN USER NKEY SEED-----\n${user.seed}\n------END USER NKEY SEED------\n`;
}
