import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Answer } from "../infer/index.js";
import type { Admission } from "./admission.js";
import type { ServedModel } from "./settings.js";

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];

/** What Prometheus reads at /metrics. Each server has its own registry, so that two in one process do not mix. */
export class ServerMetrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly requests = new Histogram({
    name: "sqltune_http_request_seconds",
    help: "Time from a request's headers to the end of its answer, by route and status.",
    labelNames: ["method", "route", "status"],
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly waits = new Histogram({
    name: "sqltune_queue_wait_seconds",
    help: "Time a question waited for a place.",
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly answers = new Histogram({
    name: "sqltune_answer_seconds",
    help: "Time from a question's place to its answer's last token, by model.",
    labelNames: ["model"],
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly tokens = new Counter({
    name: "sqltune_tokens_total",
    help: "Tokens read (prompt), those of them that a kept prefix saved (cached), and written (completion), by model.",
    labelNames: ["model", "kind"],
    registers: this.registers,
  });
  private readonly queries = new Counter({
    name: "sqltune_queries_total",
    help: "Queries run on databases, by outcome.",
    labelNames: ["outcome"],
    registers: this.registers,
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status }, seconds);
  }

  answer(model: string, { promptTokens, cachedTokens, tokens, timings }: Answer, queueMs: number): void {
    this.tokens.inc({ model, kind: "prompt" }, promptTokens);
    this.tokens.inc({ model, kind: "cached" }, cachedTokens);
    this.tokens.inc({ model, kind: "completion" }, tokens.length);
    this.waits.observe(queueMs / 1000);
    this.answers.observe({ model }, timings.totalMs / 1000);
  }

  query(outcome: string): void {
    this.queries.inc({ outcome });
  }

  /** Reads, whenever Prometheus asks, what happens at the door and how the kept prefixes fare. */
  watch(admission: Admission, models: readonly ServedModel[]): void {
    this.gauge("sqltune_queue_depth", "Questions waiting for a place.", () => admission.waiting);
    this.gauge("sqltune_queue_active", "Questions that are computed.", () => admission.running);
    this.gauge("sqltune_rows_running", "Rows that are computed; a question with candidates has several.", () => {
      return admission.rows;
    });
    this.prefixes("sqltune_prefix_cache_bytes", "Memory of kept prefixes, by model.", models, "bytes");
    this.prefixes("sqltune_prefix_cache_limit_bytes", "Memory they may take.", models, "limitBytes");
    this.prefixes("sqltune_prefix_cache_entries", "Prefixes that are kept.", models, "entries");
    this.prefixes("sqltune_prefix_cache_hits_total", "Prefixes that were found.", models, "hits");
    this.prefixes("sqltune_prefix_cache_misses_total", "Prefixes that had to be computed.", models, "misses");
  }

  route(app: FastifyInstance): void {
    app.get("/metrics", { schema: { summary: "Prometheus metrics", tags: ["operation"] } }, async (_, reply) =>
      reply.type(this.registry.contentType).send(await this.registry.metrics()),
    );
  }

  clear(): void {
    this.registry.clear();
  }

  private gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: this.registers,
      collect() {
        this.set(read());
      },
    });
  }

  private prefixes(
    name: string,
    help: string,
    models: readonly ServedModel[],
    key: keyof ReturnType<ServedModel["engine"]["model"]["native"]["prefixCache"]>,
  ): void {
    const read = (set: (model: string, value: number) => void) => {
      for (const { name: model, engine } of models) set(model, engine.model.native.prefixCache()[key]);
    };
    const options = { name, help, labelNames: ["model"], registers: this.registers };
    if (!name.endsWith("_total")) {
      new Gauge({
        ...options,
        collect() {
          read((model, value) => this.set({ model }, value));
        },
      });
      return;
    }
    new Counter({
      ...options,
      collect() {
        this.reset();
        read((model, value) => this.inc({ model }, value));
      },
    });
  }
}
