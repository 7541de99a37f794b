import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanLine, shorten, TextCleaner } from '../../src/model/clean-text.ts';

const clean = (...chunks: string[]): string => {
  const cleaner = new TextCleaner();
  return chunks.map((chunk) => cleaner.push(chunk)).join('');
};

test('colours, titles and cursor movements are taken out of a log', () => {
  assert.equal(clean('\x1b[31mred\x1b[0m plain\n'), 'red plain\n');
  assert.equal(clean('\x1b]0;owned\x07text'), 'text');
  assert.equal(clean('\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\'), 'link');
  assert.equal(clean('\x1bPdevice\x1b\\after'), 'after');
  assert.equal(clean('\x1b(Bcharset \x1b7saved\x1b8'), 'charset saved');
  assert.equal(clean('\u009b31mC1\u009d0;t\u009cok'), 'C1ok');
  assert.equal(clean('bell\x07 back\bspace nul\0 del\x7f'), 'bell backspace nul del');
});

test('a sequence that is cut between two chunks is taken out all the same', () => {
  const whole = 'a\x1b[1;31mb\x1b]0;title\x1b\\c\x1b(Bd\r\ne';
  for (let at = 0; at <= whole.length; at++)
    assert.equal(clean(whole.slice(0, at), whole.slice(at)), 'abcd\ne', `cut at ${at}`);
});

test('a sequence without an end swallows its line and no more', () => {
  assert.equal(clean('a\x1b]0;never ends\nnext\n'), 'a\nnext\n');
  assert.equal(clean('a\x1b[12\nnext\n'), 'a\nnext\n');
});

test('newlines and tabs stay; a carriage return ends the state of a progress bar', () => {
  assert.equal(clean('a\tb\r\nc\n'), 'a\tb\nc\n');
  assert.equal(clean('10%\r20%\r', '\x1b[K30%\n'), '10%\n20%\n30%\n');
  assert.equal(clean('$ ls\r\n\x1b[?2004l\rfile\r\n'), '$ ls\nfile\n', 'an empty line has no state to keep');
});

test('marks that reorder text are gone, letters of every script stay', () => {
  assert.equal(clean('\u202eevil\u2066\u200f 世界 שלום 🚢 é'), 'evil 世界 שלום 🚢 é');
});

test('a line for a row has no line breaks', () => {
  assert.equal(cleanLine('  one\ntwo\tthree\r\n'), 'one two three');
});

test('shortening does not cut a character in two', () => {
  assert.equal(shorten('🚢🚢🚢🚢', 3), '🚢🚢…');
  assert.equal(shorten('abc', 3), 'abc');
});
