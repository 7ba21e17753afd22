import texts from './page-texts.json' with { type: 'json' };

/** What docs/reference/http-api.md says of each route: the one place of its words and its examples. */
export interface PageTexts {
  /** In Markdown, as all descriptions. */
  readonly introduction: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** What `{name}` in a path stands for. */
  readonly parameters: readonly {
    readonly name: string;
    readonly description: string;
    readonly example: string;
  }[];
  readonly operations: readonly OperationText[];
}

export interface OperationText {
  readonly method: string;
  /** With its parameters in braces: `/projects/{project}`. */
  readonly path: string;
  readonly tag: string;
  readonly description: string;
  /** Examples, that belong together: what is sent in the query and in the body, and the data of the answer to it. */
  readonly query: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly data?: unknown;
}

/** Written by `npm run docs`, so that they lie in the package. */
export const pageTexts: PageTexts = texts;
