/** The files in /etc that a container's network decides. Pure. */

export function hostsFile(entries: { hostname: string; address?: string }): string {
  const { hostname, address } = entries;
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'ff00::0\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    `${address ?? '127.0.1.1'}\t${hostname}`,
    '',
  ].join('\n');
}

/**
 * The host's resolv.conf without resolvers on loopback, which mean another machine inside a container. When none is
 * left (systemd-resolved's stub), `upstream` is what the stub itself asks: /run/systemd/resolve/resolv.conf.
 */
export function resolvFile(host: string, upstream: string | undefined): string {
  const usable = withoutLoopback(host);
  if (/^nameserver/m.test(usable)) return usable;
  const behind = upstream === undefined ? '' : withoutLoopback(upstream);
  return /^nameserver/m.test(behind) ? behind : usable;
}

function withoutLoopback(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*[#;]/.test(line));
  return lines
    .filter((line) => !/^\s*nameserver\s+(127\.|::1)/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}
