import * as protocol from '../../protocol/index.ts';
import { method, type Method } from './method.ts';
import * as shape from './shapes.ts';
import { engineSummary } from './summaries.ts';

export const systemMethods: Method[] = [
  method(protocol.engineInfo, shape.nothing, (_, { engine }) => engineSummary(engine.info())),
  method(protocol.engineExamine, shape.nothing, async (_, { engine, operation }) => ({
    findings: await engine.examine(operation),
  })),
  method(protocol.privilegeRetry, shape.nothing, async (_, { engine, operation }) => {
    const { status } = await engine.retryPrivilege(operation);
    return { granted: status === 'granted' };
  }),
];
