import type { Client } from '../../runtime-helper/client/client.ts';
import type { Images } from '../model/images.ts';

/** Keeps the images true to the engine, from the first time that they are to be seen. */
export class ImageMirror {
  readonly #client: Client;
  readonly #images: Images;
  #listed = false;

  constructor(client: Client, images: Images) {
    this.#client = client;
    this.#images = images;
    client.onImagesChanged((change) => this.#images.replace(change.images));
  }

  /** Asks the helper that runs; one is started for it. */
  async list(): Promise<void> {
    this.#listed = true;
    this.#images.replace((await this.#client.listImages()).images);
  }

  /** A new helper knows of no window that wants to hear of images. */
  async helperReturned(): Promise<void> {
    if (this.#listed) await this.list();
  }
}
