import type { ImageOperations } from '../types.ts';
import { checkLogin, login, logout } from './login.ts';
import { remoteTags } from './remote-tags.ts';
import type { ImageService } from './service.ts';
import { repositoryOf } from './tag.ts';

export function imageOperations(images: ImageService): ImageOperations {
  return {
    listImages: () => images.list(),
    layerUsage: () => images.layerUsage(),
    importImage: (source, how, operation) => images.import(source, how, operation),
    pullImage: (reference, how, operation) => images.pull(reference, how, operation),
    pushImage: (reference, how, operation) => images.push(reference, how, operation),
    repositoryName: repositoryOf,
    tagImage: (source, target) => images.tag(source, target),
    inspectImage: (reference, how = {}) => images.inspect(reference, how),
    imageHistory: (reference, how = {}) => images.history(reference, how),
    pruneImages: (how, operation) => images.prune(how, operation),
    remoteTags,
    checkLogin,
    login,
    logout,
    saveImages: (references, how, operation) => images.save(references, how, operation),
    loadImages: (source, how, operation) => images.load(source, how, operation),
    removeImage: (reference, how) => images.remove(reference, how),
  };
}
