import mermaid from 'mermaid';

/** What Mermaid's own parser reads in an erDiagram, as far as tests look at it. */
export interface ErDiagram {
  readonly entities: readonly {
    readonly name: string;
    /** What is shown in place of the name, where it is another. */
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

/** The part of Mermaid's store for this diagram that is read here; its types say nothing of it. */
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

/** @throws where Mermaid refuses the text. */
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
      // Mermaid keeps the end of A at B and the other way round.
      fromEnd: relSpec.cardB,
      toEnd: relSpec.cardA,
      line: relSpec.relType,
    })),
  };
}

/** Mermaid keeps the codes of characters in a form of its own until it draws them. */
function decoded(text: string): string {
  return text.replaceAll(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
