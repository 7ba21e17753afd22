import { DataFolderInUseError } from '../catalog/catalog.ts';
import { ConfigError, readConfig } from '../core/config.ts';
import { RowhouseError } from '../core/errors.ts';
import { packageVersion } from '../core/package-version.ts';
import { DataFolderError } from '../data-folder/data-folder-error.ts';
import { CommandError } from './command-error.ts';
import { requireSqlite } from './required-sqlite.ts';
import { UsageError } from './usage-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const USAGE = `Rowhouse: every project gets its own SQLite database, behind one HTTP API

  rowhouse start
      Starts the service. Settings come from the environment: ROWHOUSE_PORT, ROWHOUSE_DATA_DIR…

  rowhouse import FILE --project SLUG [--create] [--replace]
      Imports a SQLite file as the database of a project. --create creates the project if it
      does not exist; --replace replaces the tables of the project.

  rowhouse export schema|database|table TABLE --project SLUG [--format NAME] [--out FILE]
      Writes the export to FILE or to standard output: a schema as json, sql, postgres,
      typescript…; a database as zip, zip-csv, json, sql or sqlite; a table as csv, json or ndjson.

  rowhouse admin rotate
      Creates a new admin token, prints it once, and ends the earlier one.

Import, export and admin open the data folder (ROWHOUSE_DATA_DIR), which requires that no server
is running on it, or they use a running server:

      --url URL        or ROWHOUSE_URL
      --token TOKEN    or ROWHOUSE_TOKEN, which keeps the token out of the process list
`;

/** Runs one command. Returns the process's exit code: 0 for success, 1 for a failure, 2 for a usage error. */
export async function commandLine(words: readonly string[], environment: Environment): Promise<number> {
  try {
    return await run(words, environment);
  } catch (error) {
    process.stderr.write(`rowhouse: ${explain(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Loads a command's module only when the command runs: loading the parts of a server takes longer than most commands. */
async function run(words: readonly string[], environment: Environment): Promise<number> {
  const [command, ...rest] = words;
  if (words.includes('--help') || words.includes('-h')) return printed(USAGE);
  switch (command) {
    case 'start':
      requireSqlite(process.versions.sqlite);
      return (await import('./start-command.ts')).startCommand(rest, environment);
    case 'import':
      requireSqlite(process.versions.sqlite);
      return (await import('./import-command.ts')).importCommand(rest, readConfig(environment));
    case 'export':
      requireSqlite(process.versions.sqlite);
      return (await import('./export-command.ts')).exportCommand(rest, readConfig(environment));
    case 'admin':
      requireSqlite(process.versions.sqlite);
      return (await import('./admin-command.ts')).adminCommand(rest, readConfig(environment));
    case 'help':
      return printed(USAGE);
    case '--version':
      return printed(`${await packageVersion()}\n`);
    case undefined:
      process.stderr.write(USAGE);
      return 2;
    default:
      throw new UsageError(`unknown command ${command}; see rowhouse --help`);
  }
}

function printed(text: string): number {
  process.stdout.write(text);
  return 0;
}

const EXPLAINED = [CommandError, ConfigError, DataFolderError, UsageError, RowhouseError];

/** Returns one line for an error that the user can correct, and the stack for a fault of ours. */
function explain(error: unknown): string {
  if (EXPLAINED.some((kind) => error instanceof kind) && error instanceof Error) return error.message;
  if (error instanceof DataFolderInUseError) {
    return `${error.message}; pass its address with --url, or stop it first`;
  }
  if (error instanceof Error && 'syscall' in error) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') {
    return 'the connection closed before the download was complete';
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
