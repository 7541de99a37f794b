import { containerMethods } from './container-methods.ts';
import { fileMethods } from './file-methods.ts';
import { imageMethods } from './image-methods.ts';
import type { Method } from './method.ts';
import { networkMethods } from './network-methods.ts';
import { streamMethods } from './stream-methods.ts';
import { systemMethods } from './system-methods.ts';
import { volumeMethods } from './volume-methods.ts';

/** Everything that a window can ask for, by the method's name. */
export const methods: ReadonlyMap<string, Method> = new Map(
  [
    ...systemMethods,
    ...containerMethods,
    ...fileMethods,
    ...imageMethods,
    ...networkMethods,
    ...volumeMethods,
    ...streamMethods,
  ].map((method) => [method.name, method]),
);
