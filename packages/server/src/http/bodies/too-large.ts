import { RowhouseError } from '../../core/errors.ts';

export function tooLarge(maxBytes: number): RowhouseError {
  return new RowhouseError('payload_too_large', `The body exceeds the limit of ${maxBytes} bytes.`);
}
