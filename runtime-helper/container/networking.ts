/** What a container's record says of its networks. */

export type EndpointSettings = {
  /** What others on the network call it besides its name. */
  aliases: string[];
  /** Wanted addresses; absent: any that is free. */
  ip?: string;
  ip6?: string;
  mac?: string;
};

export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** A port to publish: on the first free one of the host's from `first` to `last`; both 0: any that is free. */
export type PortRequest = {
  protocol: PortProtocol;
  port: number;
  /** Empty: all addresses of the host. */
  hostIp: string;
  first: number;
  last: number;
  /** By `-P`: nobody named it. */
  automatic?: true;
};

export type Networking = {
  /** By the network's name. The first one that leads out has the default route and the published ports. */
  endpoints: Record<string, EndpointSettings>;
  ports: PortRequest[];
  /** Absent: false. */
  publishAll?: boolean;
  /** `80/tcp`: ports that the image or --expose names. */
  exposed: string[];
  dns: { servers: string[]; search: string[]; options: string[] };
  /** `name:address`, as given. */
  extraHosts: string[];
  /** Other containers' ids, and what this one calls them. */
  links: { id: string; alias: string }[];
  domainname: string;
};

export const noNetworking: Networking = {
  endpoints: {},
  ports: [],
  exposed: [],
  dns: { servers: [], search: [], options: [] },
  extraHosts: [],
  links: [],
  domainname: '',
};
