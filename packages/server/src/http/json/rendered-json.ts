import { success, type EnvelopedRequest, type SuccessEnvelope } from '../envelope.ts';

/** An envelope whose data is JSON text already, written where the data is: it is sent as it is, never parsed on the way. */
export class RenderedJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The answer to a request that succeeded, around data that is JSON text. The type says what the text holds; tests hold it
 * to the route's schema, as they do every answer.
 */
export function renderedSuccess<Data>(request: EnvelopedRequest, dataText: string): SuccessEnvelope<Data> {
  // The one place where text stands for what it says: the serializer knows the class and writes the text.
  return new RenderedJson(envelopeText(request, dataText)) as unknown as SuccessEnvelope<Data>;
}

/** The envelope's own keys come from where every envelope's do. */
function envelopeText(request: EnvelopedRequest, dataText: string): string {
  const envelope = JSON.stringify(success(request, null));
  return `${BEFORE_DATA}${dataText}${envelope.slice(BEFORE_DATA.length + 'null'.length)}`;
}

const BEFORE_DATA = '{"ok":true,"data":';
