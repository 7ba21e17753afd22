/** Returns "Create table" for `createTable`. */
export function inWords(operationId: string): string {
  const words = operationId.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return capitalised(words);
}

/** Returns `CreateTable` for `createTable`. */
export function typeName(operationId: string): string {
  return capitalised(operationId.replaceAll(/[^A-Za-z0-9]/g, ''));
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
