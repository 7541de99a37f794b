import { serverOf } from '../../cli/commands/login.ts';
import { inspectImage } from '../../cli/inspect-documents.ts';
import * as protocol from '../../protocol/index.ts';
import { method, type Method } from './method.ts';
import * as shape from './shapes.ts';

const { object, optional } = shape;
const insecure = optional(shape.texts);
const progress = optional(shape.filled);

export const imageMethods: Method[] = [
  method(protocol.imageList, shape.nothing, (_, { changes }) => ({ images: changes.listImages() })),
  method(
    protocol.imageImport,
    object({ path: shape.absolutePath, reference: optional(shape.filled) }),
    async ({ path, ...options }, { engine, operation }) => {
      const { id, references } = await engine.importImage({ path }, options, operation);
      return { id, reference: options.reference ?? references[0] ?? '' };
    },
  ),
  method(
    protocol.imageRemove,
    object({ reference: shape.filled, force: optional(shape.flag) }),
    ({ reference, force = false }, { engine, operation }) => engine.removeImage(reference, { force }, operation),
  ),
  method(
    protocol.imagePull,
    object({ reference: shape.filled, platform: optional(shape.filled), insecure, progress }),
    async ({ reference, platform, insecure: hosts = [] }, { engine, operation, env }) => {
      const how = { access: { env, insecure: hosts }, ...(platform === undefined ? {} : { platform }) };
      const { id, digest, isNew, ...names } = await engine.pullImage(reference, how, operation);
      return { id, digest, isNew, reference: names.reference };
    },
  ),
  method(
    protocol.imagePush,
    object({ reference: shape.filled, insecure, progress }),
    async ({ reference, insecure: hosts = [] }, { engine, operation, env }) => {
      const { digest } = await engine.pushImage(reference, { env, insecure: hosts }, operation);
      return { digest };
    },
  ),
  method(
    protocol.imageTag,
    object({ source: shape.filled, target: shape.filled }),
    async ({ source, target }, { engine }) => {
      await engine.tagImage(source, target);
      return {};
    },
  ),
  method(protocol.imageHistory, object({ reference: shape.filled }), ({ reference }, { engine }) => ({
    steps: engine.imageHistory(reference),
  })),
  method(protocol.imageInspect, object({ reference: shape.filled }), ({ reference }, { engine }) => ({
    document: inspectImage(engine.inspectImage(reference)),
  })),
  method(protocol.imagePrune, object({ all: optional(shape.flag) }), ({ all = false }, { engine, operation }) =>
    engine.pruneImages({ all, labels: [] }, operation),
  ),
  method(
    protocol.registryLogin,
    object({ registry: shape.filled, username: shape.filled, password: shape.filled, insecure }),
    async ({ registry, username, password, insecure: hosts = [] }, { engine, operation, env }) => {
      const file = await engine.login(serverOf(registry), { username, password }, { env, insecure: hosts }, operation);
      return file === undefined ? {} : { file };
    },
  ),
  method(
    protocol.registryLogout,
    object({ registry: shape.filled }),
    async ({ registry }, { engine, operation, env }) => ({
      wasLoggedIn: await engine.logout(serverOf(registry), { env, insecure: [] }, operation),
    }),
  ),
  method(protocol.imageLoad, object({ path: shape.absolutePath }), async ({ path }, { engine, operation }) => ({
    references: await engine.loadImages({ path }, operation),
  })),
];
