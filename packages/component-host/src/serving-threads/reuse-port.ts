/** Whether two sockets of this platform may listen on one port (`SO_REUSEPORT` with load balancing). */
export function platformReusesPorts(platform: NodeJS.Platform): boolean {
  return platform === 'linux' || platform === 'freebsd';
}
