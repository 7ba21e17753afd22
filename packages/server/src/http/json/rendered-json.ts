import { success, type EnvelopedRequest, type SuccessEnvelope } from '../envelope.ts';

/** An envelope whose data is already JSON text. The text is sent unchanged and not parsed on the way. */
export class RenderedJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Returns the answer to a successful request with data that is JSON text. `Data` is the type of the text's value. Tests
 * check it against the route's schema, like every answer.
 */
export function renderedSuccess<Data>(request: EnvelopedRequest, dataText: string): SuccessEnvelope<Data> {
  // The only place where a text is typed as its value: the serializer recognises the class and writes the text.
  return new RenderedJson(envelopeText(request, dataText)) as unknown as SuccessEnvelope<Data>;
}

/** Uses `success` for the envelope's other keys. */
function envelopeText(request: EnvelopedRequest, dataText: string): string {
  const envelope = JSON.stringify(success(request, null));
  return `${BEFORE_DATA}${dataText}${envelope.slice(BEFORE_DATA.length + 'null'.length)}`;
}

const BEFORE_DATA = '{"ok":true,"data":';
