import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asRequestError, RequestError } from '../../runtime-helper/client/request-error.ts';
import { wordsFor } from '../../src/ui/error-words.ts';
import { asSentence, markdownCode, plainLabel, plainMarkdown, plainMessage } from '../../src/ui/plain-text.ts';

test('a failure says what was tried, why it failed and what helps', () => {
  const error = new RequestError('not-found', 'no image "x:y"', {
    hint: { message: 'import {0} first', values: ['it'] },
  });
  assert.deepEqual(wordsFor(error, 'run x:y'), {
    message: 'Could not run x:y: no image "x:y". Import it first.',
    remedies: [],
  });
});

test('refused privileges can be asked for again, a lost helper restarted, a bug looked up', () => {
  const remedies = (code: RequestError['code']): unknown => wordsFor(new RequestError(code, 'x'), 'y')?.remedies;
  assert.deepEqual(remedies('permission-denied'), ['retry-privilege']);
  assert.deepEqual(remedies('helper-gone'), ['restart-helper', 'show-log']);
  assert.deepEqual(remedies('internal'), ['show-log']);
  assert.deepEqual(remedies('conflict'), []);
});

test('what a person canceled is not told to him', () => {
  assert.equal(wordsFor(new RequestError('canceled', 'canceled'), 'run x'), undefined);
});

test("an answer's code and hint survive the connection", () => {
  const answer = Object.assign(new Error('name is taken'), {
    code: -32010,
    data: { code: 'conflict', hint: { message: 'choose another', values: [] } },
  });
  const error = asRequestError(answer);
  assert.deepEqual([error.code, error.message, error.hint?.message], ['conflict', 'name is taken', 'choose another']);
});

test('a connection that was closed is told apart from an answer', () => {
  const closed = Object.assign(new Error('Pending response rejected since connection got disposed'), { code: -32097 });
  assert.equal(asRequestError(closed).code, 'helper-gone');
  assert.equal(asRequestError(Object.assign(new Error('x'), { code: -32601 })).code, 'internal');
  assert.equal(
    asRequestError(Object.assign(new Error('x'), { code: -32010, data: { code: 'made-up' } })).code,
    'internal',
  );
  assert.equal(asRequestError('text').message, 'text');
});

test('a message has no links of foreign making', () => {
  assert.equal(plainMessage('no image [click](command:evil)'), 'no image [click] (command:evil)');
});

test('a label has no icons of foreign making', () => {
  assert.equal(plainLabel('$(trash) x $(a b)'), '$\u200b(trash) x $(a b)');
});

test('nothing in an escaped name is Markdown', () => {
  assert.equal(
    plainMarkdown('a_b [x](command:y) `c` <img> $(icon)'),
    'a\\_b \\[x\\]\\(command\\:y\\) \\`c\\` \\<img\\> \\$\\(icon\\)',
  );
});

test('code with backticks stays within its span', () => {
  assert.equal(markdownCode('a `b` ``c``'), '``` a `b` ``c`` ```');
  assert.equal(markdownCode('plain'), '` plain `');
});

test('a sentence begins with a capital and ends', () => {
  assert.equal(asSentence('start the helper again'), 'Start the helper again.');
  assert.equal(asSentence('Really?'), 'Really?');
  assert.equal(asSentence('密码错误'), '密码错误。');
  assert.equal(asSentence('请重试。'), '请重试。');
  assert.equal(asSentence(''), '');
});
