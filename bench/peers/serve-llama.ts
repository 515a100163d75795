/** A minimal server over node-llama-cpp, as one would write it first: JOB.json PORT. `POST /v1/completions {prompt, max_tokens}`. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

interface Job {
  peers: string;
  gguf: string;
  sequences: number;
  threads: number | null;
  ignoreEos: boolean;
}

/** The part of node-llama-cpp that is used here; it is installed on request, so its types are not at hand. */
interface LlamaSequence {
  readonly nextTokenIndex: number;
  readonly contextTokens: readonly number[];
  adaptStateToTokens(tokens: number[], allowShift?: boolean): Promise<void>;
  evaluate(tokens: number[], options: object): AsyncGenerator<number>;
}
interface LlamaModel {
  tokenize(text: string, specialTokens: boolean): number[];
  detokenize(tokens: number[]): string;
  isEogToken(token: number): boolean;
  createContext(options: object): Promise<{ getSequence(): LlamaSequence }>;
}
interface NodeLlamaCpp {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<LlamaModel> }>;
}

/** Longest prompt with its answer. */
const CONTEXT = 2048;

async function main([file, port]: string[]): Promise<void> {
  const job = JSON.parse(readFileSync(file!, "utf8")) as Job;
  const entry = createRequire(join(job.peers, "package.json")).resolve("node-llama-cpp");
  const { getLlama } = (await import(pathToFileURL(entry).href)) as NodeLlamaCpp;
  const threads = job.threads ?? undefined;
  const llama = await getLlama({
    ...{ gpu: false, build: "never", skipDownload: true, progressLogs: false },
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath: job.gguf });
  const context = await model.createContext({
    ...{ sequences: job.sequences, contextSize: CONTEXT, threads, flashAttention: true, batchSize: 2048 },
  });
  const free = Array.from({ length: job.sequences }, () => context.getSequence());
  const waiting: (() => void)[] = [];

  /** The free sequence that holds the most of the prompt already: its schema, where it was asked about it before. */
  const take = async (prompt: readonly number[]): Promise<LlamaSequence> => {
    while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const shared = free.map(({ contextTokens }) => {
      const parting = contextTokens.findIndex((token, i) => token !== prompt[i]);
      return parting < 0 ? contextTokens.length : parting;
    });
    return free.splice(shared.indexOf(Math.max(...shared)), 1)[0]!;
  };

  const complete = async (prompt: number[], most: number): Promise<number[]> => {
    const sequence = await take(prompt);
    try {
      await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
      const tokens: number[] = [];
      const options = { temperature: 0, yieldEogToken: true };
      for await (const token of sequence.evaluate(prompt.slice(sequence.nextTokenIndex), options)) {
        tokens.push(token);
        if (tokens.length >= most || (!job.ignoreEos && model.isEogToken(token))) break;
      }
      return tokens;
    } finally {
      free.push(sequence);
      waiting.shift()?.();
    }
  };

  const answer = async (request: IncomingMessage): Promise<object> => {
    const { prompt, max_tokens } = (await json(request)) as { prompt: string; max_tokens: number };
    const ids = model.tokenize(prompt, true);
    const tokens = await complete(ids, max_tokens);
    return {
      choices: [{ text: model.detokenize(tokens) }],
      usage: { prompt_tokens: ids.length, completion_tokens: tokens.length },
    };
  };

  const server = createServer((request, response) => {
    const send = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.method !== "POST") return send(200, { status: "ok" });
    answer(request).then(
      (body) => send(200, body),
      (error: Error) => send(500, { error: error.message }),
    );
  });
  server.listen(Number(port), "127.0.0.1");
  process.once("SIGTERM", () => process.exit(0));
}

await main(process.argv.slice(2));
