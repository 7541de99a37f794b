import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { phrase } from '../lib/phrase.ts';
import { temporaryPath } from '../lib/temporary-file.ts';

/** Docker's rule for names. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

const youngMs = 60_000;

export function newContainerId(): string {
  return randomBytes(32).toString('hex');
}

/** Claims of names: `names/<name>` is a symbolic link to the container's id, so symlink(2) decides who was first. */
export class NameClaims {
  readonly #names: string;
  readonly #containers: string;

  constructor(folders: { names: string; containers: string }) {
    this.#names = folders.names;
    this.#containers = folders.containers;
  }

  /** Throws invalid-argument, or already-exists with the owner's id. */
  claim(name: string, id: string): void {
    if (!namePattern.test(name)) {
      throw new SkiffError(
        'invalid-argument',
        phrase('invalid container name ({0}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed', name),
      );
    }
    if (this.#link(name, id)) return;
    const owner = this.owner(name);
    if (owner !== undefined && this.#isAlive(owner)) {
      throw new SkiffError(
        'already-exists',
        phrase('the container name "/{0}" is already in use by container "{1}"', name, owner),
        {
          hint: phrase('Remove or rename that container to be able to reuse its name.'),
          option: 'name',
        },
      );
    }
    // The owner was removed by someone who died before he gave the name back.
    rmSync(join(this.#names, name), { force: true });
    if (!this.#link(name, id))
      throw new SkiffError('conflict', phrase('the name "{0}" was taken by another container just now', name));
  }

  /** A name of two words that nobody has. */
  claimRandom(id: string): string {
    for (let attempt = 0; ; attempt += 1) {
      const words = `${pick(adjectives)}_${pick(nouns)}`;
      const name = attempt < 3 ? words : `${words}${randomInt(10_000)}`;
      if (this.#link(name, id)) return name;
    }
  }

  /** The id that a name belongs to. */
  owner(name: string): string | undefined {
    if (!namePattern.test(name)) return undefined;
    try {
      return readlinkSync(join(this.#names, name));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Gives a name back, if it is still this container's. */
  release(name: string, id: string): void {
    if (this.owner(name) === id) rmSync(join(this.#names, name), { force: true });
  }

  /** Takes away names of containers that are gone: who claimed or gave them back was killed at it. */
  sweep(): void {
    for (const name of readdirSync(this.#names)) {
      const owner = this.owner(name);
      if (owner !== undefined && !this.#isAlive(owner) && !this.#isYoung(name)) this.#takeAway(name, owner);
    }
  }

  /** Moved aside first: by now it could be another's. */
  #takeAway(name: string, owner: string): void {
    const aside = temporaryPath(join(this.#names, '.gone'));
    renameSync(join(this.#names, name), aside);
    const moved = readlinkSync(aside);
    if (moved !== owner) this.#link(name, moved);
    rmSync(aside, { force: true });
  }

  #isAlive(id: string): boolean {
    return existsSync(join(this.#containers, id));
  }

  /** Claimed by someone who is just about to make the container. */
  #isYoung(name: string): boolean {
    const status = lstatSync(join(this.#names, name), { throwIfNoEntry: false });
    return status === undefined || Date.now() - status.mtimeMs < youngMs;
  }

  #link(name: string, id: string): boolean {
    try {
      symlinkSync(id, join(this.#names, name));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw error;
    }
  }
}

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? 'plain';
}

const adjectives = (
  'agile amber ample balmy bold brave breezy bright brisk calm candid clear clever coastal cosy crisp daring deft eager early easy ' +
  'fair fleet fluent fond frank fresh gentle glad golden grand happy hardy honest jolly keen kind light lively lucid lucky mellow merry ' +
  'mild neat nimble noble open patient placid plucky polite prime proud quick quiet rapid ready robust rosy sandy serene silver sleek ' +
  'smooth snug sober solid spry steady still sunny sure swift tidal tidy trim true upbeat vivid warm wise witty zesty'
).split(' ');

const nouns = (
  'anchor atoll bay beacon bosun bow breeze brig buoy canoe cape captain cleat coast compass coral cove crew current cutter delta dinghy ' +
  'dock dory eddy estuary ferry fjord foghorn galley gull gunwale halyard harbor haven heron hull island jetty jib kayak keel ketch knot ' +
  'lagoon lantern ledge lighthouse longboat lugger marina mast mooring oar otter outrigger paddle pelican pier pilot pontoon port puffin ' +
  'punt quay rafter reef rigging rower rudder sail sailor sandbar schooner sextant shoal sloop spar spinnaker spray stern strait surf tern ' +
  'tide tiller trawler tugboat wake wave wharf yacht yawl'
).split(' ');
