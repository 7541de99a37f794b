/** Networks, as the engine offers them to its doors. */
import type { EndpointSettings, PortProtocol, PortRequest } from '../../container/networking.ts';
import type { Operation } from '../../lib/operation.ts';
import type { NetworkRequest } from '../../network/plan-network.ts';

export type { EndpointSettings, NetworkRequest, PortProtocol, PortRequest };

/** Addresses with the prefix's length; absent: none of that family. */
export type AddressPair = { ipv4?: string; ipv6?: string };
export type NetworkPool = { subnet: string; gateway: string; range?: string };

export type Network = {
  /** 64 hex digits. */
  id: string;
  name: string;
  driver: 'bridge' | 'host' | 'null';
  /** ISO 8601, UTC; absent for host, none, and a default network that was never used. */
  createdAt?: string;
  /** The host's interface; absent for host and none, as are the pools. */
  bridge?: string;
  ipv4?: NetworkPool;
  ipv6?: NetworkPool;
  internal: boolean;
  /** Whether it was made with --attachable, which changes nothing. */
  attachable: boolean;
  labels: Record<string, string>;
  options: Record<string, string>;
  /** Those that run, with their addresses on it. */
  containers: (AddressPair & { id: string; name: string; mac: string })[];
};

/** A container's end of one network. */
export type Endpoint = AddressPair & {
  network: string;
  networkId: string;
  settings: EndpointSettings;
  /** Everything that it is called on the network. Empty on the default one. */
  dnsNames: string[];
  /** While it runs, as the addresses. */
  mac?: string;
  gateway?: string;
  gateway6?: string;
};

/** Absent `hostPort`: only exposed. `hostIp` is `0.0.0.0` or `::` for all of the host's addresses. */
export type Port = { protocol: PortProtocol; port: number; hostIp?: string; hostPort?: number };

export type NetworkOperations = {
  /** With host and none. */
  listNetworks: () => Network[];
  /** By name, id or unique prefix of an id. Throws not-found, or conflict for an ambiguous prefix. */
  findNetwork: (reference: string) => Network;
  /** Throws what `createNetwork` would, as far as that can be known before. */
  checkNetwork: (request: NetworkRequest) => void;
  createNetwork: (request: NetworkRequest, operation: Operation) => Promise<Network>;
  /** Throws failed-precondition while a container that runs is connected. */
  removeNetwork: (reference: string) => Promise<void>;
  /** Removes those that no container is connected to, running or not; returns their names. */
  pruneNetworks: (keep: (network: Network) => boolean) => Promise<string[]>;
  /** A container that runs has the interface when this resolves; one that does not gets it with its next start. */
  connectNetwork: (
    reference: string,
    container: string,
    settings: EndpointSettings,
    operation: Operation,
  ) => Promise<void>;
  disconnectNetwork: (
    reference: string,
    container: string,
    options: { force: boolean },
    operation: Operation,
  ) => Promise<void>;
  /** Takes every trace of the networks from the kernel. Throws failed-precondition while a container runs. */
  resetNetworks: () => Promise<string[]>;
};
