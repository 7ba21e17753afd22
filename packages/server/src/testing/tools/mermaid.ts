import mermaid from 'mermaid';

/** The part of the result of Mermaid's own parser that tests use. */
export interface ErDiagram {
  readonly entities: readonly {
    readonly name: string;
    /** The displayed name, if it differs. */
    readonly alias: string;
    readonly attributes: readonly ErAttribute[];
  }[];
  readonly relationships: readonly {
    readonly from: string;
    readonly to: string;
    readonly label: string;
    readonly fromEnd: string;
    readonly toEnd: string;
    readonly line: string;
  }[];
}

export interface ErAttribute {
  readonly type: string;
  readonly name: string;
  readonly keys: readonly string[];
  readonly comment: string;
}

/** The part of Mermaid's store for this diagram that is used here; Mermaid has no types for it. */
interface ErStore {
  getEntities(): ReadonlyMap<
    string,
    {
      readonly id: string;
      readonly label: string;
      readonly alias: string;
      readonly attributes: readonly ErAttribute[];
    }
  >;
  getRelationships(): readonly {
    readonly entityA: string;
    readonly entityB: string;
    readonly roleA: string;
    readonly relSpec: { readonly cardA: string; readonly cardB: string; readonly relType: string };
  }[];
}

/** @throws if Mermaid rejects the text. */
export async function readErDiagram(text: string): Promise<ErDiagram> {
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const store = diagram.db as unknown as ErStore;
  const entities = [...store.getEntities().values()];
  const names = new Map(entities.map(({ id, label }) => [id, label]));
  return {
    entities: entities.map(({ label, alias, attributes }) => ({
      name: label,
      alias: decoded(alias),
      attributes: attributes.map((attribute) => ({ ...attribute, comment: decoded(attribute.comment) })),
    })),
    relationships: store.getRelationships().map(({ entityA, entityB, roleA, relSpec }) => ({
      from: names.get(entityA) ?? '',
      to: names.get(entityB) ?? '',
      label: decoded(roleA),
      // Mermaid stores the end of A at B and vice versa.
      fromEnd: relSpec.cardB,
      toEnd: relSpec.cardA,
      line: relSpec.relType,
    })),
  };
}

/** Mermaid stores entity codes in an internal form until it draws them. */
function decoded(text: string): string {
  return text.replaceAll(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
