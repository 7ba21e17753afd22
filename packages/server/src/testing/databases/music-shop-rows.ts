import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

type Row = readonly SQLInputValue[];

/** Stores 15,607 rows that depend only on their numbers, the referenced tables first. */
export function fillMusicShop(database: DatabaseSync): void {
  insertRows(database, 'Artist', 275, (id) => [id, id % 40 === 0 ? null : nameOf(ARTISTS, id)]);
  insertRows(database, 'Album', 347, (id) => [id, nameOf(TITLES, id), 1 + ((id * 7) % 275)]);
  insertRows(database, 'Genre', 25, (id) => [id, nameOf(GENRES, id)]);
  insertRows(database, 'MediaType', 5, (id) => [id, nameOf(MEDIA, id)]);
  insertRows(database, 'Track', 3_503, trackRow);
  insertRows(database, 'Playlist', 18, (id) => [id, nameOf(LISTS, id)]);
  insertRows(database, 'PlaylistTrack', 8_715, playlistTrackRow);
  insertRows(database, 'Employee', 8, employeeRow);
  insertRows(database, 'Customer', 59, customerRow);
  insertRows(database, 'Invoice', 412, invoiceRow);
  insertRows(database, 'InvoiceLine', 2_240, invoiceLineRow);
}

/** Numbers the rows from 1. */
function insertRows(database: DatabaseSync, table: string, count: number, rowOf: (id: number) => Row): void {
  const insert = database.prepare(
    `INSERT INTO ${table} VALUES (${rowOf(1)
      .map(() => '?')
      .join(', ')})`,
  );
  for (let id = 1; id <= count; id++) insert.run(...rowOf(id));
}

// Quotes, commas, line breaks and non-ASCII letters, as in real names.
const ARTISTS = [
  'The Quiet Rooms',
  'Ólafur & the Tide',
  'Señor Compás',
  'No "Quotes"',
  'Été, Été',
  '東京の鉄道',
];
const TITLES = [
  "It's Late",
  'Comma, Comma',
  'Live at the Mühle',
  'Two\nLines',
  'Ünder the Bridge',
  'Ten % Off',
  'Volume',
];
const GENRES = ['Rock', 'Jazz', 'Fado', 'R&B/Soul', 'Música'];
const MEDIA = ['MPEG audio file', 'AAC audio file', 'Lossless audio'];
const LISTS = ['Morning', 'Classical 101 - "Deep Cuts"', 'On-The-Go'];
const COMPOSERS = ['A. Berg', 'B. Çelik; C. Dahl', "D. O'Hara, E. Fuchs"];
const TOWNS = ['Tromsø', 'São Paulo', 'Kraków', 'Boston'];
const COUNTRIES = ['Norway', 'Brazil', 'Poland', 'USA'];

function nameOf(words: readonly string[], id: number): string {
  return `${pick(words, id)} ${id}`;
}

function pick(words: readonly string[], id: number): string {
  return words[id % words.length] ?? '';
}

function trackRow(id: number): Row {
  return [
    id,
    nameOf(TITLES, id * 3),
    1 + ((id * 11) % 347),
    1 + (id % 5),
    id % 25 === 0 ? null : 1 + ((id * 3) % 25),
    id % 4 === 0 ? null : pick(COMPOSERS, id),
    60_000 + ((id * 7_919) % 500_000),
    id % 30 === 0 ? null : 1_000_000 + ((id * 104_729) % 9_000_000),
    id % 17 === 0 ? 1.99 : 0.99,
  ];
}

/** 18 lists of 485 tracks each, the last one shorter; every pair is unique. */
function playlistTrackRow(id: number): Row {
  return [1 + ((id - 1) % 18), 1 + ((Math.floor((id - 1) / 18) * 7 + ((id - 1) % 18)) % 3_503)];
}

function employeeRow(id: number): Row {
  const title = id === 1 ? 'General Manager' : 'Sales Support Agent';
  const contact = [`+47 55 5${id} 00 00`, null, `employee${id}@example.com`];
  const dates = [`19${50 + id}-0${id}-11 00:00:00`, `200${id}-04-01 00:00:00`];
  return [id, `Larsen ${id}`, 'Kim', title, id === 1 ? null : 1, ...dates, ...addressOf(id), ...contact];
}

function customerRow(id: number): Row {
  const company = id % 3 === 0 ? `${pick(TOWNS, id)} "Music" Ltd.` : null;
  const contact = [`+1 (555) ${1_000 + id}`, null, `customer${id}@example.com`];
  return [id, 'Alex', `Möller ${id}`, company, ...addressOf(id), ...contact, 3 + (id % 6)];
}

function addressOf(id: number): Row {
  const state = id % 2 === 0 ? null : pick(['NO', 'SP', 'MA'], id);
  return [`${id} High Street`, pick(TOWNS, id), state, pick(COUNTRIES, id), `0${1_000 + id}`];
}

function invoiceRow(id: number): Row {
  const day = new Date(Date.UTC(2021, 0, 1 + id * 4)).toISOString().slice(0, 10);
  return [id, 1 + (id % 59), `${day} 00:00:00`, ...addressOf(1 + (id % 59)), (99 * (1 + (id % 14))) / 100];
}

function invoiceLineRow(id: number): Row {
  return [id, 1 + ((id * 5) % 412), 1 + ((id * 13) % 3_503), id % 17 === 0 ? 1.99 : 0.99, 1];
}
