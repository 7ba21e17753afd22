import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import {
  camelCase,
  commentText,
  pascalCase,
  propertyName,
  stringLiteral,
  templateText,
} from './typescript-text.ts';

test('any text as a string literal evaluates to that text, and is on one line', () => {
  const texts: readonly (readonly [text: string, literal: string])[] = [
    ['', "''"],
    ['plain', "'plain'"],
    ["it's", `"it's"`],
    [`'"`, String.raw`'\'"'`],
    ['a\n\r\t\\', String.raw`'a\n\u000d\u0009\\'`],
    ['\u2028\0\u{e0001}\ud800', String.raw`'\u2028\u0000\udb40\udc01\ud800'`],
    ['`${x}` 😀', "'`${x}` 😀'"],
  ];
  for (const [text, literal] of texts) {
    assert.equal(stringLiteral(text), literal);
    assert.equal(runInNewContext(literal), text);
  }
});

test('any text in a template literal evaluates to that text, without substitutions', () => {
  const texts: readonly (readonly [text: string, written: string])[] = [
    ['a\nb', 'a\nb'],
    ['`${x}` $y {z} $${', '\\`\\${x}\\` $y {z} $\\${'],
    ['\\u0041 \\${', '\\\\u0041 \\\\\\${'],
    ['\r\n\u2028\0', '\\u000d\n\\u2028\\u0000'],
  ];
  for (const [text, written] of texts) {
    assert.equal(templateText(text), written);
    assert.equal(runInNewContext(`\`${written}\``), text);
  }
});

test('a column name as a property has quotes only if necessary', () => {
  const names = ['id', '$a_1', 'class', '1st', 'a b', 'naïve', ''].map(propertyName);
  assert.deepEqual(names, ['id', '$a_1', 'class', "'1st'", "'a b'", "'naïve'", "''"]);
});

test('schema text in a comment neither ends it nor breaks its line, and is short', () => {
  assert.equal(commentText('a */ b\n*/\u2028\u202e/* c'), 'a *\\/ b *\\/ /* c');
  assert.equal(commentText(`${'x'.repeat(99)}😀y`), `${'x'.repeat(99)}\ufffd…`);
});

test('names in any style become a type or a variable with joined words and the same letters', () => {
  const names: readonly (readonly [name: string, pascal: string, camel: string])[] = [
    ['Order Details', 'OrderDetails', 'orderDetails'],
    ['order_details', 'OrderDetails', 'orderDetails'],
    ['AlbumId', 'AlbumId', 'albumId'],
    ['ID', 'ID', 'id'],
    ['URLPath', 'URLPath', 'urlPath'],
    ['HTTP_status', 'HTTPStatus', 'httpStatus'],
    ['1st', '_1st', '_1st'],
    ['naïve', 'Naïve', 'naïve'],
    ['nai\u0308ve', 'Naïve', 'naïve'],
    ['家族', '家族', '家族'],
    ['😀?!', 'Other', 'other'],
    ['', 'Other', 'other'],
  ];
  for (const [name, pascal, camel] of names) {
    assert.deepEqual([pascalCase(name, 'Other'), camelCase(name, 'Other')], [pascal, camel], name);
  }
});
