import { SkiffError } from '../../lib/errors.ts';

/** A place in the program, ahead of where it is jumped from. */
export type Label = { at?: number };

/** BPF_CLASS, size and operation (linux/bpf_common.h). */
const code = {
  load: 0x20,
  and: 0x54,
  jump: 0x05,
  equal: 0x15,
  greater: 0x25,
  atLeast: 0x35,
  return: 0x06,
} as const;
export type Comparison = 'equal' | 'greater' | 'atLeast';

type Instruction = { code: number; k: number; taken?: Label; otherwise?: Label };

/** Classic BPF as seccomp(2) takes it. */
export class Assembler {
  readonly #code: Instruction[] = [];

  label(): Label {
    return {};
  }

  place(label: Label): void {
    label.at = this.#code.length;
  }

  load(offset: number): void {
    this.#code.push({ code: code.load, k: offset });
  }

  and(mask: number): void {
    this.#code.push({ code: code.and, k: mask });
  }

  return(action: number): void {
    this.#code.push({ code: code.return, k: action });
  }

  jumpIf(comparison: Comparison, value: number, target: Label): void {
    this.#code.push({ code: code[comparison], k: value, taken: target });
  }

  jumpUnless(comparison: Comparison, value: number, target: Label): void {
    this.#code.push({ code: code[comparison], k: value, otherwise: target });
  }

  returnIfAtLeast(value: number, action: number): void {
    const smaller = this.label();
    this.jumpUnless('atLeast', value, smaller);
    this.return(action);
    this.place(smaller);
  }

  /** However far it is: a conditional jump reaches 255 instructions only. */
  skipUnless(value: number, target: Label): void {
    const equal = this.label();
    this.jumpIf('equal', value, equal);
    this.#code.push({ code: code.jump, k: 0, taken: target });
    this.place(equal);
  }

  skipIfAtLeast(value: number, target: Label): void {
    const smaller = this.label();
    this.jumpUnless('atLeast', value, smaller);
    this.#code.push({ code: code.jump, k: 0, taken: target });
    this.place(smaller);
  }

  /** code u16, jt u8, jf u8, k u32 of each instruction. */
  hex(): string {
    if (this.#code.length > 4096)
      throw new SkiffError('invalid-argument', 'seccomp profile: the kernel takes no more than 4096 instructions', {
        exitCode: 125,
      });
    return this.#code.map((instruction, index) => this.#encode(instruction, index)).join('');
  }

  #encode({ code: operation, k, taken, otherwise }: Instruction, index: number): string {
    const distance = (label: Label | undefined): number => (label?.at === undefined ? 0 : label.at - index - 1);
    const isJump = operation === code.jump;
    const [jt, jf] = isJump ? [0, 0] : [distance(taken), distance(otherwise)];
    if (jt > 255 || jf > 255) throw new SkiffError('internal', 'seccomp profile: a jump is too far');
    const value = isJump ? distance(taken) : k >>> 0;
    return hex(operation, 4) + hex(jt, 2) + hex(jf, 2) + hex(value, 8);
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
