import assert from 'node:assert/strict';

import { type Arbitrary, type AsyncCommand, nat } from 'fast-check';

import type { Answer } from '../http/test-server.ts';
import { assertAgreement } from './agreement.ts';
import type { ModelTable, ProjectModel } from './model.ts';
import type { ProjectUnderTest } from './project-under-test.ts';

export type Step = AsyncCommand<ProjectModel, ProjectUnderTest>;

/** A position in a list whose length is known only when the step runs. */
export const place: Arbitrary<number> = nat({ max: 99 });

export function pick<Thing>(things: readonly Thing[], at: number): Thing {
  const thing = things[at % things.length];
  if (thing === undefined) throw new Error('nothing to pick from');
  return thing;
}

export type NamedTable = ModelTable & { readonly name: string };

/** A step on an existing table, skipped if there is none. After it, the service and the model must agree. */
export function onTable(
  description: string,
  at: number,
  run: (table: NamedTable, model: ProjectModel, project: ProjectUnderTest) => Promise<void>,
): Step {
  return {
    toString: () => description,
    check: ({ tables }) => tables.size > 0,
    run: async (model, project) => {
      const [name, table] = pick([...model.tables], at);
      await run({ ...table, name }, model, project);
      await assertAgreement(project, model);
    },
  };
}

/** @param expected a status, or the code of an error. */
export function assertAnswer(answer: Answer, expected: number | string): void {
  const { status, body } = answer;
  assert.equal(typeof expected === 'number' ? status : body.error?.code, expected, JSON.stringify(body));
}
