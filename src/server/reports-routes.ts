import type { FastifyInstance } from "fastify";
import { ReportCatalogue } from "./reports-catalogue.js";

interface Named {
  Params: { id: string };
}

const tags = ["reports"];

/** Evaluation reports that stand in run folders and in folders of their own. */
export function reportsRoutes(app: FastifyInstance, folders: readonly string[]): void {
  const catalogue = new ReportCatalogue(folders);

  const list = { summary: "Evaluation reports, the newest first", tags };
  app.get("/v1/reports", { schema: list }, async () => ({
    reports: await catalogue.list(),
    /** False where the server was started without a folder to look in. */
    shown: folders.length > 0,
  }));

  const one = {
    summary: "One evaluation report with all its rows",
    description: "The rows as the HTML report has them: question, gold, predicted, verdicts, kind of miss, tokens.",
    tags,
  };
  app.get<Named>("/v1/reports/:id", { schema: one }, async ({ params }) => {
    const { facts, page } = await catalogue.page(params.id);
    return { ...facts, ...page };
  });

  const html = { summary: "The HTML report beside it, which needs nothing else", tags };
  app.get<Named>("/v1/reports/:id/html", { schema: html }, async ({ params }, reply) => {
    const body = await catalogue.html(params.id);
    // It shows what models wrote. Sandboxed, its script is of no origin and reaches neither this server nor another.
    reply.headers({
      "content-security-policy":
        "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    });
    return reply.type("text/html; charset=utf-8").send(body);
  });
}
