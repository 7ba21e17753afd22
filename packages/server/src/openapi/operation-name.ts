/** Returns "Create table" for `createTable`. */
export function inWords(operationId: string): string {
  const words = operationId.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return capitalised(words);
}

/** Returns `CreateTable` for `createTable`. */
export function typeName(operationId: string): string {
  return capitalised(operationId.replaceAll(/[^A-Za-z0-9]/g, ''));
}

/** Returns `NotFound` for `not_found`. */
export function pascalCase(code: string): string {
  return code.split('_').map(capitalised).join('');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
