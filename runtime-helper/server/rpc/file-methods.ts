import * as v from 'valibot';
import { writeFile } from '../../cli/output.ts';
import * as protocol from '../../protocol/index.ts';
import { method, type Method } from './method.ts';
import * as shape from './shapes.ts';

const { object, optional } = shape;
const place = { id: shape.containerId, path: shape.absolutePath };
const side = optional(v.picklist(['container', 'image']));
const move = object({
  id: shape.containerId,
  from: shape.absolutePath,
  to: shape.absolutePath,
  overwrite: optional(shape.flag),
});

export const fileMethods: Method[] = [
  method(protocol.fileStat, object({ ...place, side }), ({ id, path, side: from = 'container' }, { engine }) =>
    engine.fileStat(id, path, from),
  ),
  method(protocol.fileList, object({ ...place, side }), async ({ id, path, side: from = 'container' }, { engine }) => ({
    files: await engine.fileList(id, path, from),
  })),
  method(
    protocol.fileRead,
    object({ ...place, offset: shape.count, side }),
    async ({ id, path, offset, side: from = 'container' }, { engine }) => {
      const bytes = await engine.fileRead(id, path, { offset, most: protocol.maxFilePiece, side: from });
      return { data: bytes.toString('base64') };
    },
  ),
  method(
    protocol.fileWrite,
    object({ ...place, data: shape.base64, offset: shape.count, how: v.picklist(['new', 'old', 'any']) }),
    async ({ id, path, data, ...how }, { engine }) => {
      await engine.fileWrite(id, path, Buffer.from(data, 'base64'), how);
      return {};
    },
  ),
  method(protocol.fileMakeDirectory, object(place), async ({ id, path }, { engine }) => {
    await engine.fileMakeDirectory(id, path);
    return {};
  }),
  method(protocol.fileRename, move, async ({ id, from, to, overwrite = false }, { engine }) => {
    await engine.fileRename(id, from, to, { overwrite });
    return {};
  }),
  method(protocol.fileCopy, move, async ({ id, from, to, overwrite = false }, { engine }) => {
    await engine.fileCopy(id, from, to, { overwrite });
    return {};
  }),
  method(
    protocol.fileRemove,
    object({ ...place, recursive: optional(shape.flag) }),
    async ({ id, path, recursive = false }, { engine }) => {
      await engine.fileRemove(id, path, { recursive });
      return {};
    },
  ),
  method(
    protocol.fileUpload,
    object({ id: shape.containerId, from: shape.absolutePath, to: shape.absolutePath }),
    async ({ id, from, to }, { engine, operation }) => {
      await engine.copyToContainer(id, { path: from }, to, { followLink: true, keepOwners: false }, operation);
      return {};
    },
  ),
  method(
    protocol.fileDownload,
    object({ id: shape.containerId, from: shape.absolutePath, to: shape.absolutePath }),
    async ({ id, from, to }, { engine, operation }) => {
      await engine.copyFromContainer(id, from, to, { followLink: true, keepOwners: false }, operation);
      return {};
    },
  ),
  method(
    protocol.fileWatch,
    object({ id: shape.containerId, folders: v.array(shape.absolutePath) }),
    ({ id, folders }, { files }) => {
      files.watch(id, folders);
      return {};
    },
  ),
  method(protocol.containerChanges, object({ id: shape.containerId }), async ({ id }, { engine }) => ({
    changes: await engine.containerChanges(id),
  })),
  method(
    protocol.containerDiscard,
    object({ id: shape.containerId, paths: v.array(shape.absolutePath) }),
    async ({ id, paths }, { engine }) => {
      await engine.discardChanges(id, paths);
      return {};
    },
  ),
  method(
    protocol.containerExport,
    object({ id: shape.containerId, path: shape.absolutePath, progress: optional(shape.filled) }),
    async ({ id, path }, { engine, operation }) => {
      await writeFile(engine.exportContainer(id, operation), path);
      return {};
    },
  ),
  method(
    protocol.containerCommit,
    object({ id: shape.containerId, reference: optional(shape.filled), pause: optional(shape.flag) }),
    async ({ id, pause = true, ...what }, { engine, operation }) => {
      const image = await engine.commitContainer(id, { ...what, changes: [], pause }, operation);
      return { id: image.id };
    },
  ),
];
