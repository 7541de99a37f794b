import * as protocol from '../../protocol/index.ts';
import { method, type Method } from './method.ts';
import * as shape from './shapes.ts';

const { object, optional } = shape;

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
  method(protocol.imageLoad, object({ path: shape.absolutePath }), async ({ path }, { engine, operation }) => ({
    references: await engine.loadImages({ path }, operation),
  })),
];
