import type { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { serializeSchema } from "../schema/serialize-schema.js";
import { documented, readBody } from "./body.js";
import type { KnownDatabase } from "./databases.js";
import { HttpError } from "./http-error.js";
import { resultTable } from "./json-rows.js";
import { requestSignal } from "./request-signal.js";
import type { ServerContext } from "./server-context.js";

const queryRequest = z.strictObject({ sql: z.string().min(1), max_rows: z.int().min(1).optional() });
const FILE_TYPES = ["application/vnd.sqlite3", "application/x-sqlite3", "application/octet-stream"];
const tags = ["databases"];

interface Named {
  Params: { name: string };
}

/** The databases that questions are asked about: list, upload, schema, query, delete. */
export function databaseRoutes(app: FastifyInstance, { databases, metrics, settings }: ServerContext): void {
  app.get("/v1/databases", { schema: { summary: "Databases that the server knows", tags } }, async () => ({
    data: databases.all.map(describe),
  }));

  app.get<Named>(
    "/v1/databases/:name",
    { schema: { summary: "A database and its schema", tags } },
    async ({ params }) => {
      const database = databases.get(params.name);
      const { dialect, tables } = database.schema;
      return { ...describe(database), schema: { dialect, tables, ddl: serializeSchema(database.schema, "ddl") } };
    },
  );

  app.delete<Named>(
    "/v1/databases/:name",
    { schema: { summary: "Delete an uploaded database", tags } },
    async ({ params }) => {
      await databases.remove(params.name);
      return { name: params.name, deleted: true };
    },
  );

  const querySchema = { summary: "Run one read-only query", tags, body: documented(queryRequest) };
  app.post<Named>("/v1/databases/:name/query", { schema: querySchema }, async (request, reply) => {
    const database = databases.get(request.params.name);
    const { sql, max_rows } = readBody(queryRequest, request.body);
    Object.assign(request.facts, { database: database.name, sql });
    const outcome = await databases.query(database, sql, {
      maxRows: max_rows,
      signal: requestSignal(reply),
      own: true,
    });
    metrics.query(outcome.ok ? "ok" : outcome.kind);
    if (!outcome.ok) throw new HttpError(400, outcome.error, { code: outcome.kind, param: "sql" });
    return { ...resultTable(outcome), seconds: outcome.seconds };
  });

  // By itself, because the body of an upload is not JSON but the file, which goes to the disk as it comes.
  app.register(async (files) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser(FILE_TYPES, { bodyLimit: settings.uploadLimit }, (_, payload, done) =>
      done(null, payload),
    );
    const body = { description: "The bytes of a .sqlite file.", type: "string", format: "binary" };
    const schema = { summary: "Upload a database", tags, consumes: FILE_TYPES, body };
    files.put<Named>("/v1/databases/:name", { schema }, async (request, reply) => {
      const { name } = request.params;
      if (!request.body) throw new HttpError(400, "The body is empty: send the bytes of a .sqlite file.");
      const database = await databases.upload(name, request.body as Readable);
      request.facts.database = name;
      return reply.code(201).send(describe(database));
    });
  });
}

function describe({ name, schema, bytes, origin }: KnownDatabase): object {
  return { name, origin, bytes, tables: schema.tables.map((table) => table.name) };
}
