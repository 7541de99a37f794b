/** The files in /etc that a container's network decides, and what its resolver reads. Pure. */

export type HostsEntries = {
  hostname: string;
  domainname?: string;
  /** The container's own. */
  addresses: string[];
  /** Address and names: of --add-host and --link. */
  extra: [string, string][];
};

export function hostsFile({ hostname, domainname, addresses, extra }: HostsEntries): string {
  const own = domainname ? `${hostname}.${domainname} ${hostname}` : hostname;
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'ff00::0\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    ...extra.map(([address, names]) => `${address}\t${names}`),
    ...(addresses.length > 0 ? addresses : ['127.0.1.1']).map((address) => `${address}\t${own}`),
    '',
  ].join('\n');
}

export type DnsSettings = { servers: string[]; search: string[]; options: string[] };

/** The address of the resolver inside a container on a network that has names, as Docker's. */
export const resolverAddress = '127.0.0.11';

/**
 * resolv.conf: the host's own, with what was given in place of it. Resolvers on loopback mean another machine inside a
 * container: they are left out, and when none is left (systemd-resolved's stub) there is `upstream`, which the stub asks itself:
 * /run/systemd/resolve/resolv.conf. `embedded`: the container's own resolver asks the host's.
 */
export function resolvFile(
  host: string,
  upstream: string | undefined,
  { settings, embedded }: { settings: DnsSettings; embedded: boolean },
): string {
  const reachable = hasServer(withoutLoopback(host)) ? host : (upstream ?? host);
  const servers = embedded ? [resolverAddress] : settings.servers.length > 0 ? settings.servers : serversOf(reachable);
  const search =
    settings.search.length > 0 ? settings.search.filter((domain) => domain !== '.') : words(host, 'search');
  const given = settings.options.length > 0 ? settings.options : words(host, 'options');
  // Names without a dot are ours: they need no search first.
  const options = embedded && !given.some((option) => option.startsWith('ndots:')) ? [...given, 'ndots:0'] : given;
  return [
    ...servers.map((server) => `nameserver ${server}\n`),
    ...(search.length > 0 ? [`search ${search.join(' ')}\n`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}\n`] : []),
  ].join('');
}

const hasServer = (text: string): boolean => /^\s*nameserver\s/m.test(text);

const serversOf = (text: string): string[] =>
  [...withoutLoopback(text).matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, server = '']) => server);

/** Of the last line that has the keyword, as resolv.conf(5) has it. */
function words(text: string, keyword: string): string[] {
  const lines = text.split('\n').filter((line) => line.trimStart().startsWith(`${keyword} `));
  return lines.at(-1)?.trim().split(/\s+/).slice(1) ?? [];
}

function withoutLoopback(text: string): string {
  const lines = text.split('\n').filter((line) => !/^\s*[#;]/.test(line));
  return lines.filter((line) => !/^\s*nameserver\s+(127\.|::1)/.test(line)).join('\n');
}

export type ResolverFacts = {
  /** Names of the networks whose names are answered. */
  networks: string[];
  /** --dns; none: the host's own, as they are when somebody asks. */
  servers: string[];
  /** What another container is called by this one alone, and its name. */
  links: [string, string][];
  /** False: no way out, so questions have none either. */
  forward: boolean;
};

/**
 * The file that the native program's resolver reads with each question: a word and its arguments a line. It is written in place,
 * so its last line says that it is whole.
 */
export function resolverFile({ networks, servers, links, forward }: ResolverFacts): string {
  return [
    ...networks.map((name) => `network ${name}\n`),
    ...servers.map((server) => `server ${server}\n`),
    ...links.map(([alias, name]) => `link ${alias.toLowerCase()} ${name.toLowerCase()}\n`),
    ...(forward ? [] : ['internal\n']),
    'end\n',
  ].join('');
}
