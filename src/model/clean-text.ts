/**
 * Text from containers and images is data: what is shown in a tree, a message or a log must not move the cursor, change
 * colours or reverse the direction of what stands beside it.
 */

/** One line for display: control characters, escape sequences and bidirectional overrides are gone. */
export function cleanLine(text: string): string {
  return new TextCleaner()
    .push(text)
    .replace(/[\n\t]+/g, ' ')
    .trim();
}

/** As much of a line as a row or message can bear. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

// U+202A-202E and U+2066-2069 reorder the text around them; U+200E, U+200F and U+061C are their invisible marks.
const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

type State = 'text' | 'escape' | 'intermediate' | 'csi' | 'string' | 'string-escape';

/** Strips terminal control from text that comes in pieces: a sequence may be cut anywhere. Keeps newlines and tabs. */
export class TextCleaner {
  #state: State = 'text';
  #returned = false;
  #lineIsEmpty = true;

  push(chunk: string): string {
    let out = '';
    for (const character of chunk) out += this.#take(character, character.codePointAt(0) ?? 0);
    return out.replace(bidirectional, '');
  }

  /** ECMA-48: ESC, intermediates 20-2F, final 30-7E; CSI parameters 20-3F, final 40-7E; OSC, DCS, SOS, PM, APC up to ST or BEL. */
  #take(character: string, code: number): string {
    switch (this.#state) {
      case 'text':
        return this.#takeText(character, code);
      case 'escape':
        this.#state = afterEscape(character, code);
        return '';
      case 'intermediate':
        if (code < 0x20 || code > 0x2f) this.#state = 'text';
        return '';
      case 'csi':
        if (code === 0x1b) this.#state = 'escape';
        else if (code < 0x20 || code >= 0x40) this.#state = 'text';
        return code === 0x0a ? '\n' : '';
      case 'string':
        if (code === 0x1b) this.#state = 'string-escape';
        else if (code === 0x07 || code === 0x9c || code === 0x0a) this.#state = 'text';
        return code === 0x0a ? '\n' : '';
      case 'string-escape':
        this.#state = character === '\\' ? 'text' : 'string';
        return '';
    }
  }

  #takeText(character: string, code: number): string {
    if (code === 0x1b) this.#state = 'escape';
    else if (code === 0x9b) this.#state = 'csi';
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.#state = 'string';
    else if (code === 0x0d) this.#returned = true;
    else if (isText(code)) return this.#print(character);
    return '';
  }

  /** A lone carriage return starts the line again, as progress bars do: each state is shown on a line of its own. */
  #print(character: string): string {
    const restarted = this.#returned && !this.#lineIsEmpty && character !== '\n';
    this.#returned = false;
    this.#lineIsEmpty = character === '\n';
    return restarted ? `\n${character}` : character;
  }
}

/** Neither C0, but newline and tab, nor DEL, nor C1. */
function isText(code: number): boolean {
  return code === 0x0a || code === 0x09 || (code >= 0x20 && code < 0x7f) || code > 0x9f;
}

function afterEscape(character: string, code: number): State {
  if (character === '[') return 'csi';
  if (']PX^_'.includes(character)) return 'string';
  if (code === 0x1b) return 'escape';
  return code >= 0x20 && code <= 0x2f ? 'intermediate' : 'text';
}
