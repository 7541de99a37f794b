/** Docker's documents about networks, and what containers' documents say of theirs. */
import { createHash } from 'node:crypto';
import type { Container, Endpoint, Network, Port } from '../engine/index.ts';
import { asMap, listOrNil, nilList, nilMap } from './template/values.ts';

const predefined = new Set(['bridge', 'host', 'none']);

export function inspectNetwork(network: Network): object {
  const {
    id,
    name,
    driver,
    createdAt = '0001-01-01T00:00:00Z',
    ipv4,
    ipv6,
    internal,
    attachable,
    labels,
    options,
    containers,
  } = network;
  return {
    Name: name,
    Id: id,
    Created: createdAt,
    Scope: 'local',
    Driver: driver,
    EnableIPv4: true,
    EnableIPv6: ipv6 !== undefined,
    IPAM: {
      Driver: 'default',
      Options: predefined.has(name) ? nilMap : asMap({}),
      Config: [ipv4, ipv6].flatMap((pool) =>
        pool
          ? [
              {
                Subnet: pool.subnet,
                ...(pool.range === undefined ? {} : { IPRange: pool.range }),
                Gateway: pool.gateway,
              },
            ]
          : [],
      ),
    },
    Internal: internal,
    Attachable: attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: asMap(
      Object.fromEntries(
        containers.map((container) => [
          container.id,
          {
            Name: container.name,
            EndpointID: endpointId(id, container.id),
            MacAddress: container.mac,
            IPv4Address: container.ipv4 ?? '',
            IPv6Address: container.ipv6 ?? '',
          },
        ]),
      ),
    ),
    Options: asMap({ ...options }),
    Labels: asMap({ ...labels }),
  };
}

/** `NetworkSettings` of a container. */
export function networkSettings(container: Container): object {
  // As Docker: of the default network alone.
  const first = container.endpoints.find(({ network }) => network === 'bridge');
  const pid = 'pid' in container.state ? container.state.pid : undefined;
  return {
    Bridge: '',
    SandboxID: pid === undefined ? '' : container.id,
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    Ports: asMap(portMap(container.ports)),
    // What `nsenter --net=` takes.
    SandboxKey: pid === undefined ? '' : `/proc/${pid}/ns/net`,
    SecondaryIPAddresses: nilList,
    SecondaryIPv6Addresses: nilList,
    EndpointID: first ? addressesOf(container, first).EndpointID : '',
    ...addressFields(first),
    Networks: asMap(
      container.network === 'host' || container.network === 'none'
        ? { [container.network]: emptyEndpoint }
        : Object.fromEntries(
            container.endpoints.map((endpoint) => [endpoint.network, addressesOf(container, endpoint)]),
          ),
    ),
  };
}

const emptyEndpoint = {
  IPAMConfig: null,
  Links: nilList,
  Aliases: nilList,
  MacAddress: '',
  IPAddress: '',
  Gateway: '',
};

function addressesOf({ id }: Container, endpoint: Endpoint): { EndpointID: string; [field: string]: unknown } {
  const { networkId, settings, dnsNames, ipv4 } = endpoint;
  const { ip, ip6 } = settings;
  const config = {
    ...(ip === undefined ? {} : { IPv4Address: ip }),
    ...(ip6 === undefined ? {} : { IPv6Address: ip6 }),
  };
  return {
    ...{
      IPAMConfig: ip === undefined && ip6 === undefined ? null : config,
      Links: nilList,
      Aliases: listOrNil(settings.aliases),
      DriverOpts: nilMap,
      NetworkID: networkId,
    },
    EndpointID: ipv4 === undefined ? '' : endpointId(networkId, id),
    ...addressFields(endpoint),
    DNSNames: listOrNil(dnsNames),
  };
}

function addressFields(endpoint: Endpoint | undefined): object {
  const [address = '', prefix = '0'] = endpoint?.ipv4?.split('/') ?? [];
  const [address6 = '', prefix6 = '0'] = endpoint?.ipv6?.split('/') ?? [];
  return {
    Gateway: endpoint?.gateway ?? '',
    IPAddress: address,
    IPPrefixLen: Number(prefix),
    IPv6Gateway: endpoint?.gateway6 ?? '',
    GlobalIPv6Address: address6,
    GlobalIPv6PrefixLen: Number(prefix6),
    MacAddress: endpoint?.mac ?? '',
  };
}

/** `{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": null}` */
function portMap(ports: readonly Port[]): Record<string, { HostIp: string; HostPort: string }[] | null> {
  const map: Record<string, { HostIp: string; HostPort: string }[] | null> = {};
  for (const { protocol, port, hostIp, hostPort } of ports) {
    const key = `${port}/${protocol}`;
    if (hostIp === undefined || hostPort === undefined) map[key] ??= null;
    else map[key] = [...(map[key] ?? []), { HostIp: hostIp, HostPort: String(hostPort) }];
  }
  return map;
}

/** The same for the same two. */
function endpointId(network: string, container: string): string {
  return createHash('sha256').update(`${network}/${container}`).digest('hex');
}
