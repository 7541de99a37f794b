import { inspectNetwork } from '../../cli/inspect-network.ts';
import { SkiffError } from '../../lib/errors.ts';
import { verbatim } from '../../lib/phrase.ts';
import type { NetworkRequest } from '../../engine/index.ts';
import * as protocol from '../../protocol/index.ts';
import type { NetworkCreateParams } from '../../protocol/index.ts';
import { method, type Method } from './method.ts';
import * as shape from './shapes.ts';

const { object, optional } = shape;
const network = object({ network: shape.filled });
const endpoint = object({ network: shape.filled, id: shape.containerId });
const wanted = object({
  name: shape.text,
  subnets: optional(shape.texts),
  internal: optional(shape.flag),
  ipv6: optional(shape.flag),
});

export const networkMethods: Method[] = [
  method(protocol.networkList, shape.nothing, (_, { changes }) => ({ networks: changes.listNetworks() })),
  method(protocol.networkCreate, wanted, async (params, { engine, operation }) => {
    const { id } = await engine.createNetwork(toRequest(params), operation);
    return { id };
  }),
  method(protocol.networkCheck, wanted, (params, { engine }) => {
    try {
      engine.checkNetwork(toRequest(params));
      return {};
    } catch (error) {
      if (!(error instanceof SkiffError)) throw error;
      const { phrase = verbatim(error.message), hint } = error;
      return { problem: hint ? [phrase, hint] : [phrase] };
    }
  }),
  method(protocol.networkRemove, network, async ({ network: reference }, { engine }) => {
    await engine.removeNetwork(reference);
    return {};
  }),
  method(protocol.networkPrune, shape.nothing, async (_, { engine }) => ({
    removed: await engine.pruneNetworks(() => false),
  })),
  method(protocol.networkConnect, endpoint, async ({ network: reference, id }, { engine, operation }) => {
    await engine.connectNetwork(reference, id, { aliases: [] }, operation);
    return {};
  }),
  method(protocol.networkDisconnect, endpoint, async ({ network: reference, id }, { engine, operation }) => {
    await engine.disconnectNetwork(reference, id, { force: false }, operation);
    return {};
  }),
  method(protocol.networkInspect, network, ({ network: reference }, { engine }) => ({
    document: inspectNetwork(engine.findNetwork(reference)),
  })),
];

function toRequest({ name, subnets = [], internal = false, ipv6 = false }: NetworkCreateParams): NetworkRequest {
  return { name, subnets, internal, ipv6, gateways: [], ranges: [], labels: {}, options: {} };
}
