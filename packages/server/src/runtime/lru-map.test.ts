import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LruMap } from './lru-map.ts';

test('a full map evicts the least recently used entry', () => {
  const evicted: string[] = [];
  const map = new LruMap<number, string>({ capacity: 3, onEvict: (value) => evicted.push(value) });
  for (const [index, value] of ['a', 'b', 'c'].entries()) map.set(index, value);
  map.get(0);
  map.set(3, 'd');
  assert.deepEqual([...map.values()], ['c', 'a', 'd']);
  assert.deepEqual(evicted, ['b']);
  map.peek(2);
  map.set(4, 'e');
  assert.deepEqual(evicted, ['b', 'c']);
});

test('an entry that may not be evicted stays, and the map has one entry too many until it may', () => {
  const map = new LruMap<string, { readonly pinned: boolean }>({
    capacity: 1,
    mayEvict: ({ pinned }) => !pinned,
  });
  map.set('first', { pinned: true });
  map.set('second', { pinned: true });
  assert.equal(map.size, 2);
  map.set('second', { pinned: false });
  map.set('third', { pinned: true });
  assert.deepEqual([map.peek('first') !== undefined, map.peek('second')], [true, undefined]);
});

test('deleted entries are gone', () => {
  const map = new LruMap<string, number>({ capacity: 10 });
  for (let index = 0; index < 5; index += 1) map.set(`key ${index}`, index);
  map.delete('key 0');
  map.deleteWhere((_key, value) => value > 2);
  assert.deepEqual([...map.values()], [1, 2]);
  map.clear();
  assert.equal(map.size, 0);
});

test('a map bounds the weight of its entries, and an entry that is too heavy alone is not kept', () => {
  const evicted: string[] = [];
  const map = new LruMap<string, string>({
    capacity: 100,
    weight: { max: 10, of: (value) => value.length },
    onEvict: (value) => evicted.push(value),
  });
  for (const text of ['aaa', 'bbb', 'ccc']) map.set(text, text);
  map.get('aaa');
  map.set('dddd', 'dddd');
  assert.deepEqual(evicted, ['bbb']);
  assert.deepEqual([...map.values()], ['ccc', 'aaa', 'dddd']);

  map.set('aaa', 'a');
  map.delete('ccc');
  map.set('eeeee', 'eeeee');
  assert.deepEqual(evicted, ['bbb'], 'a smaller value and a deleted one make room');
  map.set('long', 'x'.repeat(11));
  assert.deepEqual([...map.values()], []);
  map.set('k', 'y'.repeat(10));
  assert.equal(map.size, 1, 'the weight is counted down to nothing');
});
