import * as v from 'valibot';
import { serverOf } from '../../cli/commands/login.ts';
import { writeFile } from '../../cli/output.ts';
import { inspectImage } from '../../cli/inspect-documents.ts';
import * as protocol from '../../protocol/index.ts';
import { method, type Context, type Method } from './method.ts';
import * as shape from './shapes.ts';

const { object, optional } = shape;
const insecure = optional(shape.texts);
const progress = optional(shape.filled);
const registryLogin = { registry: shape.filled, username: shape.filled, password: shape.filled };
const registryUse = { insecure, login: optional(object(registryLogin)) };

/** How registries are reached for one request. */
function accessOf(
  { insecure: hosts = [], login }: protocol.RegistryUse,
  { env }: Context,
): Parameters<Context['engine']['pushImage']>[1]['access'] {
  if (login === undefined) return { env, insecure: hosts };
  const { registry, ...credentials } = login;
  return { env, insecure: hosts, login: { domain: serverOf(registry), ...credentials } };
}

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
    object({ ...registryUse, reference: shape.filled, platform: optional(shape.filled), progress }),
    async ({ reference, platform, ...use }, context) => {
      const how = { access: accessOf(use, context), ...(platform === undefined ? {} : { platform }) };
      const { id, digest, isNew, ...names } = await context.engine.pullImage(reference, how, context.operation);
      return { id, digest, isNew, reference: names.reference };
    },
  ),
  method(
    protocol.imagePush,
    object({ ...registryUse, reference: shape.filled, progress }),
    async ({ reference, ...use }, context) => {
      const { digest } = await context.engine.pushImage(
        reference,
        { access: accessOf(use, context) },
        context.operation,
      );
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
    object({ ...registryLogin, insecure, keep: optional(shape.flag) }),
    async ({ registry, username, password, insecure: hosts = [], keep = true }, { engine, operation, env }) => {
      const [domain, access] = [serverOf(registry), { env, insecure: hosts }];
      if (!keep) {
        await engine.checkLogin(domain, { username, password }, access, operation);
        return {};
      }
      const file = await engine.login(domain, { username, password }, access, operation);
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
  method(
    protocol.imageSave,
    object({ references: v.pipe(shape.texts, v.minLength(1, 'empty')), path: shape.absolutePath, progress }),
    async ({ references, path }, { engine, operation }) => {
      await writeFile(engine.saveImages(references, {}, operation), path);
      return {};
    },
  ),
  method(protocol.imageLoad, object({ path: shape.absolutePath }), async ({ path }, { engine, operation }) => ({
    references: (await engine.loadImages({ path }, {}, operation)).map(({ name }) => name),
  })),
];
