import { Type } from 'typebox';

import { credentialOf } from '../../http/access/authentication.ts';
import { projectOf } from '../../http/access/project-ids.ts';
import { requesterOf } from '../../http/access/requester.ts';
import { envelopeOf, success } from '../../http/envelope.ts';
import { displayName } from '../../http/fields/display-name.ts';
import { pageFields, pageKeys, pageOf } from '../../http/fields/paging.ts';
import { normaliseSlug, projectPath } from '../../http/fields/project-slug.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { resultOf, sealedRequestOf } from '../../http/idempotency.ts';
import { accountId, chosenAccount } from '../accounts/account-fields.ts';
import { newTokenFields, toNewTokenFields } from '../tokens/token-fields.ts';
import { newProjectSlug, projectFields, storageFields, toProjectFields } from './project-fields.ts';
import type { Projects } from './projects.ts';

export function registerProjectRoutes(app: HttpServer, projects: Projects): void {
  createProject(app, projects);
  listProjects(app, projects);
  getProject(app, projects);
  renameProject(app, projects);
  deleteProject(app, projects);
}

function createProject(app: HttpServer, projects: Projects): void {
  app.post(
    '/projects',
    {
      config: {
        access: 'account_user',
        operationId: 'createProject',
        errors: ['already_exists', 'conflict'],
      },
      schema: {
        body: Type.Object(
          {
            project_slug: newProjectSlug,
            project_name: displayName,
            account_id: Type.Optional(accountId),
          },
          { additionalProperties: false },
        ),
        response: { 201: envelopeOf(Type.Object({ project: projectFields, token: newTokenFields })) },
      },
    },
    async (request, reply) => {
      const { project_slug, project_name, account_id } = request.body;
      const requested = {
        slug: normaliseSlug(project_slug),
        name: project_name,
        accountId: chosenAccount(credentialOf(request), account_id),
        by: requesterOf(request),
      };
      const written = await projects.create(requested, sealedRequestOf(request));
      const { row, token } = resultOf(request, reply, written);
      const created = { project: toProjectFields(row), token: toNewTokenFields(token) };
      return reply.code(201).send(success(request, created));
    },
  );
}

function listProjects(app: HttpServer, projects: Projects): void {
  app.get(
    '/projects',
    {
      config: { access: 'account_user', operationId: 'listProjects' },
      schema: {
        querystring: Type.Object(
          {
            ...pageFields,
            account_id: Type.Optional(
              Type.Integer({ ...accountId, description: 'Only the projects of this account.' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: envelopeOf(Type.Object({ projects: Type.Array(projectFields), ...pageKeys })) },
      },
    },
    async (request) => {
      const { limit = 50, offset = 0, account_id } = request.query;
      const ofAccount = chosenAccount(credentialOf(request), account_id);
      const found = await projects.list({ accountId: ofAccount, limit, offset });
      return success(request, {
        projects: found.rows.map(toProjectFields),
        ...pageOf({ limit, offset }, found),
      });
    },
  );
}

function getProject(app: HttpServer, projects: Projects): void {
  app.get(
    '/projects/:project',
    {
      config: { access: 'project', scope: 'project', tables: 'untouched', operationId: 'getProject' },
      schema: {
        params: projectPath({}),
        response: { 200: envelopeOf(Type.Object({ project: projectFields, storage: storageFields })) },
      },
    },
    async (request) => {
      const project = await projects.of(projectOf(request));
      const { databaseBytes, exportBytes } = await projects.storageOf(project);
      const storage = { database_bytes: databaseBytes, export_bytes: exportBytes };
      return success(request, { project: toProjectFields(project), storage });
    },
  );
}

function renameProject(app: HttpServer, projects: Projects): void {
  app.patch(
    '/projects/:project',
    {
      config: { access: 'project', scope: 'project', operationId: 'renameProject' },
      schema: {
        params: projectPath({}),
        body: Type.Object({ project_name: displayName }, { additionalProperties: false }),
        response: { 200: envelopeOf(Type.Object({ project: projectFields })) },
      },
    },
    async (request, reply) => {
      const written = await projects.rename(
        projectOf(request),
        request.body.project_name,
        requesterOf(request),
        sealedRequestOf(request),
      );
      return success(request, { project: toProjectFields(resultOf(request, reply, written)) });
    },
  );
}

function deleteProject(app: HttpServer, projects: Projects): void {
  app.delete(
    '/projects/:project',
    {
      config: { access: 'project', scope: 'project', operationId: 'deleteProject', errors: ['conflict'] },
      schema: {
        params: projectPath({}),
        body: Type.Object({ confirm_project_slug: Type.String() }, { additionalProperties: false }),
        response: {
          200: envelopeOf(Type.Object({ deleted: Type.Literal(true), project_slug: Type.String() })),
        },
      },
    },
    async (request, reply) => {
      const { confirm_project_slug: confirmed } = request.body;
      const written = await projects.delete(
        { slug: request.params.project, id: request.projectId },
        confirmed,
        requesterOf(request),
        sealedRequestOf(request),
      );
      const { project_slug } = resultOf(request, reply, written);
      return success(request, { deleted: true as const, project_slug });
    },
  );
}
