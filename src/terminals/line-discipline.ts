/**
 * What a kernel's terminal does for a process that has none of its own: a program attached through pipes sees whole
 * lines, and the person sees what he types (termios(3), ICANON and ECHO).
 */
export class LineDiscipline {
  #line: string[] = [];

  /** Takes what was typed; returns what to show, what to send to the process, and whether that is all it will ever get (Ctrl-D). */
  type(input: string): { echo: string; send: string; ended: boolean } {
    let echo = '';
    let send = '';
    for (const character of input) {
      if (character === '\r' || character === '\n') {
        send += `${this.#line.join('')}\n`;
        echo += '\r\n';
        this.#line = [];
      } else if (character === '\x04') {
        // At the beginning of a line it is the end, elsewhere the line is sent as it is (termios(3), VEOF).
        if (this.#line.length === 0) return { echo, send, ended: true };
        send += this.#line.join('');
        this.#line = [];
      } else if (character === '\x7f' || character === '\b') {
        if (this.#line.pop() !== undefined) echo += '\b \b';
      } else if (character === '\x15') {
        echo += '\b \b'.repeat(this.#line.length);
        this.#line = [];
      } else if (character >= ' ' || character === '\t') {
        this.#line.push(character);
        echo += character;
      }
    }
    return { echo, send, ended: false };
  }
}

/** Output of a process without a terminal, for one: a line feed must also return the carriage (termios(3), ONLCR). */
export function withCarriageReturns(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}
