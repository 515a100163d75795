import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createServer } from "../../src/server/create-server.js";
import type { ServerOptions } from "../../src/server/settings.js";

let folder: string;
const open: Awaited<ReturnType<typeof createServer>>[] = [];
const script = `console.log(${JSON.stringify("x".repeat(5000))})`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sqltune-web-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(
    join(folder, "index.html"),
    '<meta name="csp-nonce" content="CSP_NONCE"><script src="./assets/a-1.js">',
  );
  writeFileSync(join(folder, "favicon.svg"), "<svg/>");
  writeFileSync(join(folder, "assets", "a-1.js"), script);
  writeFileSync(join(folder, "assets", "a.map"), "{}");
});
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function server(options: Partial<ServerOptions> = {}) {
  const app = await createServer({ models: [], web: folder, ...options });
  open.push(app);
  return app;
}

describe("the web page", () => {
  it("comes under a policy that admits this server's files alone, and is asked for anew each time", async () => {
    const app = await server();
    const { statusCode, headers, body } = await app.inject("/");
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
    expect(body).toContain(`content="${nonce}"`);
    expect((await app.inject("/")).body).not.toContain(nonce);
  });

  it("keeps files with a hash in their name for good, and compresses them", async () => {
    const app = await server();
    const plain = await app.inject("/assets/a-1.js");
    expect(plain.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      vary: "accept-encoding",
    });
    expect([plain.body, plain.headers["content-encoding"]]).toEqual([script, undefined]);
    const small = await app.inject({ url: "/assets/a-1.js", headers: { "accept-encoding": "br, gzip" } });
    expect(small.headers["content-encoding"]).toBe("gzip");
    expect(small.rawPayload.length).toBeLessThan(script.length / 10);
    expect(gunzipSync(small.rawPayload).toString()).toBe(script);
    const none = await app.inject({ url: "/assets/a-1.js", headers: { "accept-encoding": "gzip;q=0, br" } });
    expect(none.headers["content-encoding"]).toBeUndefined();
    const headers = { "if-none-match": String(plain.headers.etag) };
    const again = await app.inject({ url: "/assets/a-1.js", headers });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
    expect((await app.inject("/favicon.svg")).headers).toMatchObject({
      ...{ "content-type": "image/svg+xml", "cache-control": "no-cache" },
    });
  });

  it("serves nothing but what was built, whatever the path says", async () => {
    const app = await server();
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const secret = "..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd";
    const paths = [
      ...["/assets/../../../../../etc/passwd", `/assets/${secret}`, "/assets/%2e%2e/%2e%2e/etc/passwd", `/${secret}`],
      ...["/assets", "/assets/", "/index.html", "/assets/a.map", "/assets/a-1.js%00.png", "//etc/passwd"],
    ];
    // The paths go out as they stand here; a client that tidies them up would prove nothing.
    const status = (path: string) =>
      new Promise((done, fail) => {
        get({ host: "127.0.0.1", port, path }, (response) => done(response.resume().statusCode)).on("error", fail);
      });
    for (const path of paths) expect([path, await status(path)]).toEqual([path, 404]);
  });

  it("needs no key for itself; what it asks for does", async () => {
    const app = await server({ apiKeys: ["k"] });
    const status = async (url: string) => (await app.inject(url)).statusCode;
    expect([await status("/"), await status("/assets/a-1.js"), await status("/favicon.svg")]).toEqual([200, 200, 200]);
    for (const url of ["/v1/runs", "/v1/reports", "/v1/configs", "/v1/feedback", "/assets/other.js"]) {
      expect(await status(url), url).toBe(401);
    }
  });

  it("says so where it has not been built", async () => {
    const app = await server({ web: join(folder, "absent") });
    const { statusCode, body, headers } = await app.inject("/");
    expect(statusCode).toBe(503);
    expect(headers["content-type"]).toContain("text/plain");
    expect(body).toContain("has not been built");
  });

  it("is no part of the API's description; the routes behind it are", async () => {
    const { paths } = (await (await server()).inject("/docs/json")).json() as { paths: Record<string, unknown> };
    const listed = Object.keys(paths);
    expect(listed.filter((path) => !path.startsWith("/v1/"))).not.toContain("/");
    expect(listed).toEqual(
      expect.arrayContaining(["/v1/runs", "/v1/runs/{id}/stream", "/v1/reports/{id}", "/v1/feedback"]),
    );
  });
});
