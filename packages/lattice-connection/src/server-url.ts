/** One server of a URL, and who to log in as there. */
export interface ServerUrl {
  /** Without user info: it goes into logs and errors. */
  readonly url: string;
  /** A token if there is no password; empty for nobody. */
  readonly user: string;
  readonly password: string;
}

/** The servers of a URL: one, or several with commas between. The NATS client knows nothing of users in a URL. */
export function parseServerUrls(text: string): ServerUrl[] {
  return text.split(',').map(splitUserInfo);
}

function splitUserInfo(text: string): ServerUrl {
  const match = /^([a-z]+:\/\/)?(?:([^@/]*)@)?(.*)$/is.exec(text.trim());
  const [user = '', password = ''] = (match?.[2] ?? '').split(':').map(decodeURIComponent);
  return { url: `${match?.[1] ?? ''}${match?.[3] ?? ''}`, user, password };
}
