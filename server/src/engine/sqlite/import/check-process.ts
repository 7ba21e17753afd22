import { checkDatabase } from './check-database.ts';

const path = process.argv[2];
if (path === undefined) throw new Error('the path of a database file is needed');
process.stdout.write(JSON.stringify(checkDatabase(path)));
