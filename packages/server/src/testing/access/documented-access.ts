import { type Scope, SCOPES } from '../../core/scopes.ts';
import { type OperationText, pageTexts } from '../../openapi/page-texts.ts';

/** Who may call a route, as docs/reference/http-api.md states it. */
export type DocumentedAccess =
  | { readonly kind: 'public' | 'session' | 'account_user' | 'admin' }
  | {
      /** `project`: of the project in the path; `account`: of any project. */
      readonly kind: 'project' | 'account';
      readonly scopes: readonly Scope[];
      readonly isForWholeProject: boolean;
    };

/** A route with what its section of the page states. */
export interface DocumentedRoute {
  /** `GET /projects/{project}` */
  readonly name: string;
  readonly method: string;
  /** `/projects/{project}` */
  readonly path: string;
  readonly access: DocumentedAccess;
}

/** Every route of the page, in its order. @throws Error for a section that states no access. */
export function documentedRoutes(): readonly DocumentedRoute[] {
  return pageTexts.operations.map((operation) => {
    const { method, path } = operation;
    return { name: `${method} ${path}`, method, path, access: accessOf(operation) };
  });
}

function accessOf({ method, path, description }: OperationText): DocumentedAccess {
  const needed = SCOPE_LINE.exec(description)?.[1];
  if (needed !== undefined) {
    return {
      kind: path.startsWith('/projects/{project}') ? 'project' : 'account',
      scopes: SCOPES.filter((scope) => needed.includes(`\`${scope}\``)),
      isForWholeProject: needed.includes('whole project'),
    };
  }
  const stated = SENTENCES.find(([, sentence]) => sentence.test(description));
  if (stated === undefined) throw new Error(`${method} ${path}: its section does not state who may call it`);
  return { kind: stated[0] };
}

const SCOPE_LINE = /^Scope: (.*)\.$/m;

/** The first one that a section contains counts: a description may speak of tokens elsewhere. */
const SENTENCES = [
  ['account_user', /\bAdmin, or a person of an account\b/],
  ['admin', /\bAdmin\./],
  ['session', /\bRequires a session\./],
  ['public', /\bno\s+token\b/i],
] as const;
