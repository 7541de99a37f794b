/** Options of `run` and `create` that are the network's. */
import type { CreateOptions, EndpointSettings, NetworkingOptions } from '../engine/index.ts';
import type { Options, OptionTable } from './options.ts';
import { parsePublish } from './publish-option.ts';
import { UsageError } from './usage-error.ts';

export const networkOptions: OptionTable = {
  'add-host': { type: 'list', help: 'Add a custom host-to-IP mapping (host:ip)' },
  dns: { type: 'list', help: 'Set custom DNS servers' },
  'dns-opt': { type: 'list', help: 'Set DNS options' },
  'dns-option': { type: 'list', help: 'Set DNS options' },
  'dns-search': { type: 'list', help: 'Set custom DNS search domains' },
  expose: { type: 'list', help: 'Expose a port or a range of ports' },
  ip: { type: 'text', help: 'IPv4 address (e.g., 172.30.100.104)' },
  ip6: { type: 'text', help: 'IPv6 address (e.g., 2001:db8::33)' },
  link: { type: 'list', help: 'Add link to another container' },
  'mac-address': { type: 'text', help: 'Container MAC address (e.g., 92:d0:c6:0a:29:33)' },
  net: { type: 'list', value: 'network', help: 'Connect a container to a network' },
  'net-alias': { type: 'list', help: 'Add network-scoped alias for the container' },
  network: { type: 'list', value: 'network', help: 'Connect a container to a network' },
  'network-alias': { type: 'list', help: 'Add network-scoped alias for the container' },
  publish: { type: 'list', short: 'p', help: "Publish a container's port(s) to the host" },
  'publish-all': { type: 'flag', short: 'P', help: 'Publish all exposed ports to random ports' },
};

/** Throws UsageError. */
export function readNetworkOptions(options: Options): Pick<CreateOptions, 'network' | 'networking'> {
  const [first = { network: 'bridge', settings: { aliases: [] } }, ...others] = [
    ...options.list('network'),
    ...options.list('net'),
  ].map(parseNetworkOption);
  const aliases = [...first.settings.aliases, ...options.list('network-alias'), ...options.list('net-alias')];
  const networking: NetworkingOptions = {
    settings: { ...first.settings, ...endpointSettings(options, aliases) },
    others,
    ports: options.list('publish').flatMap(parsePublish),
    publishAll: options.flag('publish-all'),
    exposed: options.list('expose'),
    dns: options.list('dns'),
    dnsSearch: options.list('dns-search'),
    dnsOptions: [...options.list('dns-opt'), ...options.list('dns-option')],
    extraHosts: options.list('add-host'),
    links: options.list('link'),
    domainname: options.text('domainname') ?? '',
  };
  return { network: first.network, networking };
}

export function endpointSettings(options: Options, aliases: string[]): EndpointSettings {
  const [ip, ip6, mac] = [options.text('ip'), options.text('ip6'), options.text('mac-address')];
  return {
    aliases,
    ...(ip === undefined ? {} : { ip }),
    ...(ip6 === undefined ? {} : { ip6 }),
    ...(mac === undefined ? {} : { mac }),
  };
}

/** `NAME`, or `name=NAME,alias=A,ip=IP,ip6=IP,mac-address=MAC`. */
function parseNetworkOption(text: string): NetworkingOptions['others'][number] {
  if (!/^[a-z0-9-]+=/.test(text)) return { network: text, settings: { aliases: [] } };
  const settings: EndpointSettings = { aliases: [] };
  let network = '';
  for (const field of text.split(',')) {
    const at = field.indexOf('=');
    const [key, value] = [field.slice(0, at), field.slice(at + 1)];
    if (key === 'name') network = value;
    else if (key === 'alias') settings.aliases.push(value);
    else if (key === 'ip') settings.ip = value;
    else if (key === 'ip6') settings.ip6 = value;
    else if (key === 'mac-address') settings.mac = value;
    else throw new UsageError(`invalid argument "${text}" for "--network" flag: invalid key ${key} in ${field}`, 125);
  }
  if (network === '')
    throw new UsageError(`invalid argument "${text}" for "--network" flag: network name is required`, 125);
  return { network, settings };
}
