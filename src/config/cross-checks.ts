import type { Config } from "./schema.js";

/** A fault between keys that are well-typed each. */
export interface CrossProblem {
  /** Keys involved, `section.key`; the message stands at the first one that the file names. */
  keys: string[];
  text: string;
}

/** What keys must agree on, whatever the machine, model and data are. */
export function crossProblems(config: Config): CrossProblem[] {
  return [...precisionProblems(config), ...stepProblems(config), ...generateProblems(config), ...dataProblems(config)];
}

function precisionProblems({ model, quantization, training }: Config): CrossProblem[] {
  const problems: CrossProblem[] = [];
  if (quantization.load_in_4bit) {
    problems.push({
      keys: ["quantization.load_in_4bit"],
      text: "quantization.load_in_4bit is true, but 4-bit weights are not there yet. Set quantization.load_in_4bit: false; the weights are then held in model.torch_dtype.",
    });
  }
  if (training.bf16 && training.fp16) {
    problems.push({
      keys: ["training.fp16", "training.bf16"],
      text: "training.bf16 and training.fp16 are both true, expected one at most. Set training.fp16: false.",
    });
  } else {
    const flag = training.bf16 ? "bf16" : training.fp16 ? "fp16" : null;
    const asked = training.bf16 ? "bfloat16" : "float16";
    if (flag && model.compute_dtype !== "auto" && model.compute_dtype !== asked) {
      problems.push({
        keys: ["model.compute_dtype", `training.${flag}`],
        text: `model.compute_dtype is "${model.compute_dtype}", but training.${flag} asks for ${asked}. Delete one of the two.`,
      });
    }
  }
  if (model.compute_dtype === "float16" && model.device === "cpu") {
    problems.push({
      keys: ["model.compute_dtype", "model.device"],
      text: 'model.compute_dtype is "float16", which is never computed on a CPU. Set model.compute_dtype: auto; the weights may still be held in float16.',
    });
  }
  return problems;
}

function stepProblems({ training }: Config): CrossProblem[] {
  const problems: CrossProblem[] = [];
  const { eval_steps, save_steps } = training;
  if (training.load_best_model_at_end) {
    const off = "or set training.load_best_model_at_end: false";
    if (eval_steps === null) {
      problems.push({
        keys: ["training.eval_steps", "training.load_best_model_at_end"],
        text: `training.eval_steps is null, but training.load_best_model_at_end picks the best of several evaluations. Set training.eval_steps, ${off}.`,
      });
    } else if (save_steps === null) {
      problems.push({
        keys: ["training.save_steps", "training.load_best_model_at_end"],
        text: `training.save_steps is null, but training.load_best_model_at_end picks among saved checkpoints. Set training.save_steps: ${eval_steps}, ${off}.`,
      });
    } else if (save_steps % eval_steps !== 0) {
      const fitting = Math.ceil(save_steps / eval_steps) * eval_steps;
      problems.push({
        keys: ["training.save_steps", "training.eval_steps", "training.load_best_model_at_end"],
        text: `training.save_steps is ${save_steps}, which is no multiple of training.eval_steps, ${eval_steps}: the best evaluation might have no checkpoint. Set training.save_steps: ${fitting}, ${off}.`,
      });
    }
  }
  if (training.early_stopping_patience !== null && eval_steps === null) {
    problems.push({
      keys: ["training.early_stopping_patience", "training.eval_steps"],
      text: "training.early_stopping_patience counts evaluations, but training.eval_steps is null. Set training.eval_steps, or training.early_stopping_patience: null.",
    });
  }
  return problems;
}

/** A metric of generated answers has to be generated; what the data must have for it is seen when they are read. */
function generateProblems({ training, evaluation, data }: Config): CrossProblem[] {
  const { metric_for_best_model: best } = training;
  const problems: CrossProblem[] = [];
  const asked = evaluation.generate?.metrics ?? [];
  if (best !== "eval_loss" && best !== "token_accuracy" && !asked.includes(best)) {
    const metrics = `[${[...asked, best].join(", ")}]`;
    problems.push({
      keys: ["training.metric_for_best_model", "evaluation.generate", "evaluation.generate.metrics"],
      text: evaluation.generate
        ? `training.metric_for_best_model is "${best}", which is none of evaluation.generate.metrics, [${asked.join(", ")}]. Set evaluation.generate.metrics: ${metrics}.`
        : `training.metric_for_best_model is "${best}", which needs generated answers, but evaluation.generate is null. Set evaluation.generate.metrics: ${metrics}, or training.metric_for_best_model: eval_loss.`,
    });
  }
  if (asked.includes("ts") && data.suites === null) {
    problems.push({
      keys: ["evaluation.generate.metrics", "data.suites"],
      text: "evaluation.generate.metrics has ts, but data.suites is null: on one database a question, ts is no more than ex. Set data.suites to the folder of the test suites, or take ts out of evaluation.generate.metrics.",
    });
  }
  if (new Set(asked).size < asked.length) {
    problems.push({
      keys: ["evaluation.generate.metrics"],
      text: `evaluation.generate.metrics is [${asked.join(", ")}], which names one twice. Write [${[...new Set(asked)].join(", ")}].`,
    });
  }
  return problems;
}

function dataProblems({ data }: Config): CrossProblem[] {
  const problems: CrossProblem[] = [];
  if (data.pipeline === null) {
    const name = data.dataset_name;
    if (data.csv !== null && name !== "spider-csv") {
      problems.push({
        keys: ["data.csv", "data.dataset_name"],
        text: `data.csv is set, but data.dataset_name is "${name}", which reads no CSV. Set data.dataset_name: spider-csv, or delete data.csv.`,
      });
    }
    if (data.path !== null && (name === "sample" || name === "spider-csv")) {
      const instead = name === "sample" ? "the sample data comes with sqltune" : "its file is named by data.csv";
      problems.push({
        keys: ["data.path", "data.dataset_name"],
        text: `data.path is set, but data.dataset_name is "${name}": ${instead}. Delete data.path, or change data.dataset_name.`,
      });
    }
    if (name === "jsonl" && data.path === null) {
      problems.push({
        keys: ["data.dataset_name", "data.path"],
        text: 'data.dataset_name is "jsonl", but data.path is null. Set data.path to the .jsonl file, or a folder with train.jsonl.',
      });
    }
  }
  if (data.system_prompt !== null && data.prompt === "inst") {
    problems.push({
      keys: ["data.system_prompt", "data.prompt"],
      text: 'data.system_prompt is set, but data.prompt is "inst", which has no system message. Set data.prompt: chat, or delete data.system_prompt.',
    });
  }
  return problems;
}
