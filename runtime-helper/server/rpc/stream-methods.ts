import * as protocol from '../../protocol/index.ts';
import { method, type Method } from './method.ts';
import * as shape from './shapes.ts';

const { object, optional } = shape;

export const streamMethods: Method[] = [
  method(
    protocol.streamInput,
    object({ stream: shape.streamName, data: shape.base64, last: optional(shape.flag) }),
    async ({ stream, data, last = false }, { streams }) => {
      await streams.input(stream, Buffer.from(data, 'base64'), last);
      return {};
    },
  ),
  method(
    protocol.streamResize,
    object({ stream: shape.streamName, ...shape.size }),
    ({ stream, ...size }, { streams }) => {
      streams.resize(stream, size);
      return {};
    },
  ),
  method(
    protocol.streamClose,
    object({ stream: shape.streamName, hangUp: optional(shape.flag) }),
    ({ stream, hangUp = false }, { streams }) => {
      streams.close(stream, { hangUp });
      return {};
    },
  ),
];
