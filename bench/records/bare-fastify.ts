import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import Fastify from 'fastify';

/**
 * The server that Rowhouse is compared with, on the same socket code: routes with ready-made answers, and one that stores a row with one
 * commit per request. Arguments: a JSON file of answers by path, and the path of a database to create.
 */
const [answersPath = '', databasePath = ''] = process.argv.slice(2);
const answers = JSON.parse(readFileSync(answersPath, 'utf8')) as Readonly<Record<string, string>>;
const app = Fastify();

for (const [route, answer] of Object.entries(answers)) {
  const [method = '', url = ''] = route.split(' ');
  app.route({
    method,
    url,
    handler: (_request, reply) => {
      void reply
        .code(method === 'POST' ? 201 : 200)
        .type('application/json; charset=utf-8')
        .send(answer);
    },
  });
}

const database = new DatabaseSync(databasePath);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec(
  'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT UNIQUE, status TEXT, owner_id INTEGER)',
);
const insert = database.prepare(
  'INSERT INTO contacts (email, status, owner_id) VALUES (:email, :status, :owner_id) RETURNING *',
);

app.post<{ readonly Body: Record<string, string | number> }>('/commit-each', (request, reply) => {
  void reply.code(201).send({ row: insert.get(request.body) });
});

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.(app.listeningOrigin);
