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

test('given any text, when written as a literal, then it reads as that text, on one line', () => {
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

test('given any text, when written between backticks, then it reads as that text, and nothing is put in', () => {
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

test('given the name of a column, when it is a property, then it has quotes only where it needs them', () => {
  const names = ['id', '$a_1', 'class', '1st', 'a b', 'naïve', ''].map(propertyName);
  assert.deepEqual(names, ['id', '$a_1', 'class', "'1st'", "'a b'", "'naïve'", "''"]);
});

test('given text of a schema, when it is in a comment, then it neither ends it nor breaks its line, and is short', () => {
  assert.equal(commentText('a */ b\n*/\u2028\u202e/* c'), 'a *\\/ b *\\/ /* c');
  assert.equal(commentText(`${'x'.repeat(99)}😀y`), `${'x'.repeat(99)}\ufffd…`);
});

test('given names in any style, when made a type or a variable, then words are joined and letters kept', () => {
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
