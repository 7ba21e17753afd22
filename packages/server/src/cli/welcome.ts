/** The secrets created on the first start, which are shown only once. */
export interface FirstSecrets {
  readonly adminToken: string | null;
  /** The code of a link that signs the owner in once. */
  readonly signInCode: string | null;
  readonly sampleProject: { readonly slug: string; readonly token: string } | null;
}

/** Returns the text shown when the service is ready: its address, the new tokens, and a first call to paste. */
export function welcome(address: string, { adminToken, signInCode, sampleProject }: FirstSecrets): string {
  const lines = ['', `  Rowhouse is ready at ${address}`];
  if (sampleProject !== null) {
    lines.push('', `  project        ${sampleProject.slug}`, `  project token  ${sampleProject.token}`);
  }
  if (adminToken !== null) lines.push('', `  admin token    ${adminToken}`);
  if (signInCode !== null) {
    lines.push(
      '',
      `  sign in        ${address}/sign-in#${signInCode}`,
      '                 (once, within a day)',
    );
  }
  if (sampleProject !== null || adminToken !== null) {
    lines.push('', '  Keep the tokens: they are shown only once and not stored.');
  }
  if (sampleProject !== null) lines.push('', '  Read its books:', '', ...firstCall(address, sampleProject));
  return `${lines.join('\n')}\n\n`;
}

function firstCall(
  address: string,
  project: { readonly slug: string; readonly token: string },
): readonly string[] {
  return [
    `    curl ${address}/projects/${project.slug}/records/books \\`,
    `      -H 'Authorization: Bearer ${project.token}'`,
  ];
}
