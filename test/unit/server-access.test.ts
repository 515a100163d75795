import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { SINGER, useServer } from "./server-fixture.js";

const fixture = useServer();
const question = "What is the secret?";
const ask = { method: "POST", url: "/generate_sql", payload: { question, schema: SINGER } } as const;

describe("access", () => {
  it("needs one of the keys, by either header, for everything but /health and /docs", async () => {
    const app = await fixture.server({ apiKeys: ["one", "two"] });
    const status = async (url: string, headers = {}) => (await app.inject({ url, headers })).statusCode;
    for (const url of ["/v1/models", "/v1/databases", "/metrics", "/nowhere", "/healthy", "/v1/../v1/models"]) {
      expect(await status(url), url).toBe(401);
      expect(await status(url, { authorization: "Bearer one2" })).toBe(401);
      expect(await status(url, { authorization: "Basic one" })).toBe(401);
    }
    for (const headers of [{ authorization: "Bearer two" }, { authorization: "bearer one" }, { "x-api-key": "one" }]) {
      expect(await status("/v1/models", headers)).toBe(200);
    }
    expect([await status("/health"), await status("/docs/json")]).toEqual([200, 200]);
    expect((await app.inject(ask)).json()).toEqual({ detail: expect.stringContaining("API key is missing") });
    await expect(fixture.server({ apiKeys: [" "] })).rejects.toThrow("An API key is empty");
  });

  it("is called by a local name, unless there is a key", async () => {
    const status = async (app: Awaited<ReturnType<typeof fixture.server>>, host: string, headers = {}) =>
      (await app.inject({ url: "/v1/models", headers: { host, ...headers } })).statusCode;
    const app = await fixture.server();
    for (const host of ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
      expect(await status(app, host)).toBe(200);
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"]) {
      expect(await status(app, host)).toBe(403);
    }
    const withKey = await fixture.server({ apiKeys: ["k"] });
    expect(await status(withKey, "sql.example", { "x-api-key": "k" })).toBe(200);
  });

  it("lets no other page change anything where there is no key, though a simple POST needs no preflight", async () => {
    const app = await fixture.server({ corsOrigins: ["https://app.example"] });
    const post = async (origin?: string) => {
      const headers = { host: "localhost:8000", ...(origin === undefined ? {} : { origin }) };
      return (await app.inject({ method: "POST", url: "/v1/runs/spider/cancel", headers })).json().error?.code;
    };
    expect(await post("https://evil.example")).toBe("origin_not_allowed");
    expect(await post("null")).toBe("origin_not_allowed");
    for (const origin of [undefined, "http://localhost:8000", "https://app.example"])
      expect(await post(origin)).toBe("runs_off");
  });

  it("answers pages of the origins it was given, and no others", async () => {
    const origin = "https://app.example";
    const preflight = { method: "OPTIONS", url: "/v1/sql" } as const;
    const headers = { origin, "access-control-request-method": "POST" };
    const closed = await (await fixture.server()).inject({ ...preflight, headers });
    expect([closed.statusCode, closed.headers["access-control-allow-origin"]]).toEqual([404, undefined]);
    const app = await fixture.server({ corsOrigins: [origin], apiKeys: ["k"] });
    const open = await app.inject({ ...preflight, headers });
    expect([open.statusCode, open.headers["access-control-allow-origin"]]).toEqual([204, origin]);
    const other = await app.inject({ ...preflight, headers: { ...headers, origin: "https://other.example" } });
    expect(other.headers["access-control-allow-origin"]).not.toBe("https://other.example");
  });

  it("lets a client make so many requests a minute; a made-up key makes it no other client", async () => {
    const app = await fixture.server({ rateLimit: 3 });
    const get = (n: number) => app.inject({ url: "/v1/models", headers: { "x-api-key": `made up ${n}` } });
    const replies = [await get(1), await get(2), await get(3), await get(4)];
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429]);
    expect(Number(replies[3]!.headers["retry-after"])).toBeGreaterThan(0);
    expect(replies[3]!.json()).toMatchObject({ error: { type: "rate_limit_error", code: "rate_limit_exceeded" } });
    expect((await app.inject("/health")).statusCode).toBe(200);

    const keyed = await fixture.server({ rateLimit: 1, apiKeys: ["a", "b"] });
    const status = async (key: string) =>
      (await keyed.inject({ url: "/v1/models", headers: { "x-api-key": key } })).statusCode;
    expect([await status("a"), await status("b"), await status("a")]).toEqual([200, 200, 429]);
    // Neither where no key is asked for, nor to try one after the other.
    const docs = (n: number) => keyed.inject({ url: "/docs/json", headers: { "x-api-key": `made up ${n}` } });
    expect([(await docs(1)).statusCode, (await docs(2)).statusCode]).toEqual([200, 429]);
    expect([await status("guess 1"), await status("guess 2")]).toEqual([429, 429]);
    expect(await status("b")).toBe(429);
    const guessed = await fixture.server({ rateLimit: 2, apiKeys: ["a"] });
    const guess = async (url: string) =>
      (await guessed.inject({ url, headers: { authorization: `Bearer ${Math.random()}` } })).statusCode;
    expect([await guess("/v1/models"), await guess("/nowhere"), await guess("/metrics")]).toEqual([401, 401, 429]);
  });

  it("refuses settings that make no sense, all at once", async () => {
    await expect(fixture.server({ queueLimit: 0, maxTokens: 1.5 })).rejects.toThrow(
      "queueLimit is 0; expected a whole number of at least 1.\nmaxTokens is 1.5; expected a whole number of at least 1.",
    );
  });
});

describe("what a server tells of itself", () => {
  it("logs a line a request, with question and SQL only where that is wanted", async () => {
    const lines = async (logQuestions: boolean) => {
      const log = new PassThrough();
      const app = await fixture.server({ log, logQuestions, apiKeys: ["the-key"] });
      const headers = { "x-api-key": "the-key" };
      const { generated_sql: sql } = (await app.inject({ ...ask, headers })).json();
      await app.inject({ url: "/v1/models?question=secret", headers });
      await app.inject({ ...ask, headers, payload: { question: "secret", schema: "secret" } });
      await app.close();
      log.end();
      const written = await text(log);
      expect(written).not.toContain("the-key");
      return {
        written,
        sql,
        entries: written
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      };
    };
    const quiet = await lines(false);
    expect(quiet.written).not.toContain("secret");
    expect(quiet.entries.filter(({ msg }) => msg === "request")).toEqual([
      expect.objectContaining({
        ...{ level: 30, time: expect.any(Number), reqId: expect.any(String), method: "POST", route: "/generate_sql" },
        ...{ status: 200, model: "tiny", promptTokens: expect.any(Number), completionTokens: expect.any(Number) },
        ...{ ms: expect.any(Number), queueMs: expect.any(Number), cachedTokens: expect.any(Number) },
      }),
      expect.objectContaining({ method: "GET", route: "/v1/models", status: 200 }),
      expect.objectContaining({ method: "POST", status: 400 }),
    ]);
    const { entries, sql } = await lines(true);
    expect(entries.find(({ msg }) => msg === "request")).toMatchObject({ question, sql });
  });

  it("counts requests, tokens, prefixes and queries for Prometheus", async () => {
    const app = await fixture.server({ databases: { singers: fixture.singers } });
    await app.inject({ ...ask, payload: { question, schema: "singers" } });
    await app.inject({ url: "/v1/databases/singers/query", method: "POST", payload: { sql: "SELECT 1" } });
    const reply = await app.inject("/metrics");
    expect(reply.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    const { promptTokens, tokens } = await fixture.engine.generate({ question, schema: SINGER });
    const value = (name: string) =>
      Number(
        reply.body
          .split("\n")
          .find((line) => line.startsWith(`${name} `))
          ?.split(" ")
          .at(-1),
      );
    expect(value('sqltune_http_request_seconds_count{method="POST",route="/generate_sql",status="200"}')).toBe(1);
    expect(value('sqltune_tokens_total{model="tiny",kind="prompt"}')).toBe(promptTokens);
    expect(value('sqltune_tokens_total{model="tiny",kind="completion"}')).toBe(tokens.length);
    expect(value('sqltune_answer_seconds_count{model="tiny"}')).toBe(1);
    expect(value("sqltune_queue_wait_seconds_count")).toBe(1);
    const kept = fixture.random.native.prefixCache();
    expect(value('sqltune_prefix_cache_misses_total{model="tiny"}')).toBeLessThanOrEqual(kept.misses);
    expect(value('sqltune_prefix_cache_limit_bytes{model="tiny"}')).toBe(kept.limitBytes);
    expect(value('sqltune_queries_total{outcome="ok"}')).toBe(1);
    for (const none of ["queue_depth", "queue_active", "rows_running"]) expect(value(`sqltune_${none}`)).toBe(0);
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  });

  it("documents every route by OpenAPI, on a page that loads nothing from elsewhere", async () => {
    const app = await fixture.server({ apiKeys: ["k"] });
    const document = (await app.inject("/docs/json")).json();
    const methods = Object.entries<object>(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(methods.sort()).toEqual([
      ...["delete /v1/databases/{name}", "get /health", "get /metrics", "get /v1/configs", "get /v1/databases"],
      ...["get /v1/databases/{name}", "get /v1/models", "get /v1/models/{model}", "get /v1/reports"],
      ...["get /v1/reports/{id}", "get /v1/reports/{id}/html", "get /v1/runs", "get /v1/runs/{id}"],
      ...["get /v1/runs/{id}/events", "get /v1/runs/{id}/predictions", "get /v1/runs/{id}/stream"],
      ...["post /generate_sql", "post /v1/chat/completions", "post /v1/databases/{name}/query", "post /v1/feedback"],
      ...["post /v1/runs", "post /v1/runs/{id}/cancel", "post /v1/runs/{id}/stop", "post /v1/sql"],
      "put /v1/databases/{name}",
    ]);
    const { schema } = document.paths["/generate_sql"].post.requestBody.content["application/json"];
    expect(schema.required).toEqual(["question", "schema"]);
    const page = await app.inject("/docs/");
    expect(page.statusCode).toBe(200);
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(loaded.length).toBeGreaterThan(3);
    for (const url of loaded) {
      expect(url).toMatch(/^\.?\/(?!\/)/);
      expect((await app.inject(new URL(url, "http://localhost/docs/").pathname)).statusCode, url).toBe(200);
    }
    expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
  });
});
