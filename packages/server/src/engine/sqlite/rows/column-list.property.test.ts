import assert from 'node:assert/strict';
import { test } from 'node:test';

import { array, assert as check, boolean, constantFrom, property, record, string } from 'fast-check';

import { SubjectError } from '../../../core/subject-error.ts';
import { splitColumnList } from './column-list.ts';

const name = string({ unit: constantFrom('a', 'B', ',', '"', '-', ' ', '\0', 'é', '😀'), maxLength: 6 });

test('property: quoted names, whatever is in them, are read from a list as they are', () => {
  check(
    property(array(record({ name, negated: boolean() }), { minLength: 1, maxLength: 5 }), (terms) => {
      const texts = terms.map((term) => `${term.negated ? '-' : ''}"${term.name.replaceAll('"', '""')}"`);
      assert.deepEqual(
        splitColumnList(texts.join(',')),
        terms.map((term, index) => ({ text: texts[index], quotedName: term.name, negated: term.negated })),
      );
    }),
  );
});

test('property: every text is a list of terms, or is refused', () => {
  check(
    property(name, (text) => {
      try {
        const terms = splitColumnList(text);
        assert.equal(terms.map((term) => term.text).join(','), text);
        if (!text.includes('"')) assert.equal(terms.length, text.split(',').length);
      } catch (error) {
        assert.ok(error instanceof SubjectError && text.includes('"'));
      }
    }),
    { numRuns: 2_000 },
  );
});
