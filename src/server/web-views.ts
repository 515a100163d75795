import type { FastifyInstance } from "fastify";
import { feedbackRoute } from "./feedback-route.js";
import { reportsRoutes } from "./reports-routes.js";
import { runsRoutes } from "./runs-routes.js";
import type { ServerContext } from "./server-context.js";
import { webRoutes } from "./web-routes.js";

/** What the web page shows beside questions and answers. Nothing of it is served unless it is given. */
export interface WebOptions {
  /** Folder of run folders: they and the reports in them are shown. */
  runs?: string;
  /** Whether clients may start and stop runs in that folder; default false. */
  allowTraining?: boolean;
  /** Folders with more evaluation reports. */
  reports?: readonly string[];
  /** Folders of configs that runs can be started from; default `configs` here, then the package's own. */
  configs?: readonly string[];
  /** The built page; default the package's own. */
  web?: string;
}

/** The page itself, and the routes behind its views of runs and results. */
export async function webViews(
  app: FastifyInstance,
  context: ServerContext,
  options: WebOptions & { dataFolder?: string },
): Promise<void> {
  const { runs, reports = [], web, dataFolder } = options;
  runsRoutes(app, context, options);
  reportsRoutes(app, [...(runs === undefined ? [] : [runs]), ...reports]);
  feedbackRoute(app, context, dataFolder);
  await webRoutes(app, web);
}
