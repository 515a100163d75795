import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AnswerQueue } from "./answer-queue.js";

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
    help: "Time a question waited for the model.",
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly batches = new Histogram({
    name: "sqltune_batch_questions",
    help: "Questions computed together.",
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers: this.registers,
  });
  private readonly turns = new Histogram({
    name: "sqltune_batch_seconds",
    help: "Time the model took for a batch.",
    buckets: SECONDS,
    registers: this.registers,
  });
  private readonly tokens = new Counter({
    name: "sqltune_tokens_total",
    help: "Tokens read (prompt) and written (completion), by model.",
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

  batch(rows: number, seconds: number): void {
    this.batches.observe(rows);
    this.turns.observe(seconds);
  }

  answer(model: string, promptTokens: number, completionTokens: number, queueMs: number): void {
    this.tokens.inc({ model, kind: "prompt" }, promptTokens);
    this.tokens.inc({ model, kind: "completion" }, completionTokens);
    this.waits.observe(queueMs / 1000);
  }

  query(outcome: string): void {
    this.queries.inc({ outcome });
  }

  watchQueue(queue: AnswerQueue): void {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: this.registers,
        collect() {
          this.set(read());
        },
      });
    gauge("sqltune_queue_depth", "Questions waiting for the model.", () => queue.depth);
    gauge("sqltune_queue_active", "Questions the model works on.", () => queue.active);
  }

  route(app: FastifyInstance): void {
    app.get("/metrics", { schema: { summary: "Prometheus metrics", tags: ["operation"] } }, async (_, reply) =>
      reply.type(this.registry.contentType).send(await this.registry.metrics()),
    );
  }

  clear(): void {
    this.registry.clear();
  }
}
