/** What JSON leaves out and templates are written for: whether an object is a map, and what a nil is the nil of. */

/** Prints as an empty map or list, and is null in JSON. */
export class Nil {
  readonly kind: 'map' | 'list';

  constructor(kind: 'map' | 'list') {
    this.kind = kind;
  }

  toJSON(): null {
    return null;
  }
}

export const nilMap = new Nil('map');
export const nilList = new Nil('list');

const maps = new WeakSet<object>();

/** Marks an object as a map: a key that it has not is no error, as a field would be. */
export function asMap<T extends object>(object: T): T {
  maps.add(object);
  return object;
}

export const isMap = (value: object): boolean => maps.has(value) || (value instanceof Nil && value.kind === 'map');

/** A list that may be nil. */
export function listOrNil<T>(list: readonly T[] | undefined): readonly T[] | Nil {
  return list && list.length > 0 ? list : nilList;
}
