import { type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import { type ErrorCode, errorRegistry, RowhouseError } from '../core/errors.ts';
import { CommandError } from './command-error.ts';
import type { ImportSummary, ExportDownload, Target, TargetImport, TargetExport } from './target.ts';

interface Envelope {
  readonly ok: boolean;
  readonly data: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The parts of a manifest that the command line needs. */
interface ExportAnswer {
  readonly id: string;
  readonly download_url: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly notes: readonly string[];
}

interface CallOptions {
  readonly body?: string | Readable;
  readonly headers?: OutgoingHttpHeaders;
}

/** Uses the HTTP API of a running server. */
export class RemoteTarget implements Target {
  readonly #baseUrl: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#baseUrl = url.replace(/\/+$/, '');
    this.#token = token;
  }

  async ensureProject(slug: string): Promise<{ readonly token: string } | null> {
    try {
      const body = JSON.stringify({ project_slug: slug, project_name: slug });
      const { token } = (await this.#call('POST', '/projects', { body })) as { token: { token: string } };
      return { token: token.token };
    } catch (error) {
      if (error instanceof RowhouseError && error.code === 'already_exists') return null;
      throw error;
    }
  }

  async deleteProject(slug: string): Promise<void> {
    await this.#call('DELETE', `/projects/${slug}`, { body: JSON.stringify({ confirm_project_slug: slug }) });
  }

  async importDatabase({ project, replace, sizeBytes, content }: TargetImport): Promise<ImportSummary> {
    const path = `/projects/${project}/import/sqlite${replace ? '?replace=true' : ''}`;
    const data = await this.#call('POST', path, {
      body: content,
      headers: { 'content-type': 'application/vnd.sqlite3', 'content-length': String(sizeBytes) },
    });
    return (data as { import: ImportSummary }).import;
  }

  async exportFile(
    { project, kind, table, format }: TargetExport,
    receive: (download: ExportDownload) => Promise<void>,
  ): Promise<void> {
    const body = JSON.stringify(format === null ? {} : { format });
    const what = kind === 'table' ? `table/${encodeURIComponent(table)}` : kind;
    const data = await this.#call('POST', `/projects/${project}/export/${what}`, { body });
    const manifest = (data as { export: ExportAnswer }).export;
    try {
      const content = await this.#send('GET', manifest.download_url, {});
      if (content.statusCode !== 200) throw await refusal(content);
      const { size_bytes, sha256, notes } = manifest;
      await receive({ content, sizeBytes: size_bytes, sha256, notes });
    } finally {
      await this.#call('DELETE', `/projects/${project}/exports/${manifest.id}`, {});
    }
  }

  async replaceAdminToken(): Promise<string> {
    const data = await this.#call('POST', '/admin/token', {});
    return (data as { token: { token: string } }).token.token;
  }

  async close(): Promise<void> {}

  /** Returns the data of the envelope. @throws RowhouseError with the server's error. */
  async #call(method: string, path: string, options: CallOptions): Promise<unknown> {
    const response = await this.#send(method, path, options);
    if ((response.statusCode ?? 0) >= 300) throw await refusal(response);
    return (await envelopeIn(response)).data;
  }

  /** Resolves with the answer, which may arrive before the whole body is sent: a refusal does not wait for gigabytes. */
  #send(method: string, path: string, { body, headers = {} }: CallOptions): Promise<IncomingMessage> {
    const url = new URL(this.#baseUrl + path);
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // Node sets the length of a body itself, except for the method DELETE.
    const json =
      typeof body === 'string'
        ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
        : {};
    const authorization = `Bearer ${this.#token}`;
    return new Promise((resolve, reject) => {
      const request = start(url, { method, headers: { authorization, ...json, ...headers } }, resolve);
      const fail = (error: Error) => {
        const sourceError = body instanceof Readable ? body.errored : null;
        reject(sourceError ?? unreachable(url, error));
      };
      request.once('error', fail);
      if (body instanceof Readable) pipeline(body, request).catch(fail);
      else request.end(body);
    });
  }
}

/** Node's own message is empty if it tried several addresses of one name. */
function unreachable({ origin }: URL, error: Error): CommandError {
  const reason = 'code' in error ? String(error.code) : error.message;
  return new CommandError(`${origin} cannot be reached: ${reason}`, { cause: error });
}

async function refusal(response: IncomingMessage): Promise<Error> {
  const { error } = await envelopeIn(response);
  const message = error?.message ?? `the server answered ${response.statusCode}`;
  return isErrorCode(error?.code) ? new RowhouseError(error.code, message) : new CommandError(message);
}

async function envelopeIn(response: IncomingMessage): Promise<Envelope> {
  const answer = await text(response);
  try {
    return JSON.parse(answer) as Envelope;
  } catch {
    throw new RowhouseError(
      'unavailable',
      `The server at this address is not a Rowhouse server: it answered ${response.statusCode}.`,
    );
  }
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorRegistry, code);
}
