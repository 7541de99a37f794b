import { rmSync, statSync } from 'node:fs';
import { compressionOfFile, decompress } from '../../archive/decompress.ts';
import { directoryFiles, tarFiles, type ImageFiles } from '../../archive/image-files.ts';
import { readTar } from '../../archive/tar-reader.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { readSource } from '../../lib/source-bytes.ts';
import { familiarName, parseReference } from '../../oci/reference.ts';
import { loadDockerArchive } from './load-docker.ts';
import { loadLayout } from './load-oci.ts';
import { spooling } from './blob-file.ts';
import { Draft } from './draft.ts';
import type { ImageKeeper } from './keeper.ts';
import { bounded } from './layer-limits.ts';
import type { LoadedImage, Loading } from './loading.ts';
import type { LoadedName, LoadSource } from '../types.ts';
import { wantedPlatform } from './wanted-platform.ts';
import { phrase } from '../../lib/phrase.ts';

/**
 * Brings in all images of a `docker save` archive, an OCI archive (either compressed or not), or an OCI layout directory. Returns
 * their names, or ids of those that have none.
 */
export async function loadImages(
  keeper: ImageKeeper,
  source: LoadSource,
  { platform }: { platform?: string },
  operation: Operation,
): Promise<LoadedName[]> {
  const wanted = wantedPlatform(platform);
  const what = 'path' in source ? source.path : 'the archive on stdin';
  return withFiles(keeper, source, what, operation, (files) =>
    Draft.run(keeper, operation, async (draft) => {
      const images = await loadAll({ draft, files, what, wanted, operation });
      const takenFrom = await draft.commit(images);
      return images.flatMap(({ id, references }) =>
        references.length > 0 ? references.map((name) => loadedName(name, takenFrom.get(name))) : [{ name: id }],
      );
    }),
  );
}

function loadedName(reference: string, takenFrom: string | undefined): LoadedName {
  return { name: familiarName(parseReference(reference)), ...(takenFrom === undefined ? {} : { takenFrom }) };
}

async function loadAll(loading: Loading): Promise<LoadedImage[]> {
  const { files, what } = loading;
  // Docker writes both; manifest.json has the names as its user gave them.
  if (files.has('manifest.json')) return loadDockerArchive(loading);
  if (files.has('index.json')) return loadLayout(loading);
  throw new SkiffError('invalid-argument', phrase('{0}: has neither manifest.json nor index.json', what), {
    hint: phrase('This is no archive of images. For the tar of a root file system use `skiff import`.'),
  });
}

/** Hands over the files of the source; what has to be spooled for that is gone afterwards. */
async function withFiles<T>(
  keeper: ImageKeeper,
  source: LoadSource,
  what: string,
  operation: Operation,
  work: (files: ImageFiles) => Promise<T>,
): Promise<T> {
  if ('path' in source) {
    const status = statSync(source.path, { throwIfNoEntry: false });
    if (!status) throw new SkiffError('not-found', phrase('{0}: no such file or directory', source.path));
    if (status.isDirectory()) return work(directoryFiles(source.path, what));
    if (status.isFile() && compressionOfFile(source.path, what) === 'none')
      return work(await tarFiles(source.path, what));
  }
  operation.report({ id: 'load', status: 'Reading' });
  const bytes = 'path' in source ? readSource(source.path, operation.signal) : source.stream;
  const path = keeper.images.temporaryPath();
  try {
    // Read as an archive while it comes: what is none, or has no end, is known before the disk is full of it.
    const spooled = spooling(path, bounded(decompress(bytes, what), what), operation);
    for await (const entry of readTar(spooled, what)) void entry;
    return await work(await tarFiles(path, what));
  } finally {
    rmSync(path, { force: true });
  }
}
