/**
 * A text for people: in English, with {0}, {1}, … in the places of the values. The window looks `message` up among its
 * translations. `{0}` alone: the value is a text that has none.
 */
export type Phrase = { message: string; values: (string | number)[] };
