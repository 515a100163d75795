import type { Answer } from "../infer/index.js";
import type { Printer } from "./io.js";

/** Prints an answer, for people and as a JSON record. */
export function showAnswer(print: Printer, question: string, answer: Answer): void {
  print.text(`${lines(question, answer).join("\n")}\n`);
  print.record({
    question,
    sql: answer.sql,
    confidence: answer.confidence,
    calibrated_confidence: answer.calibratedConfidence,
    abstained: answer.abstained,
    executable: answer.executable,
    execution_error: answer.executionError,
    ...(answer.votes === null ? {} : { votes: answer.votes }),
    alternatives: answer.alternatives,
    repairs: answer.repairs,
    tokens: answer.tokens.length,
    prompt_tokens: answer.promptTokens,
    cached_tokens: answer.cachedTokens,
    finish_reason: answer.finishReason,
    truncated: answer.truncated,
    latency_ms: Math.round(answer.timings.totalMs),
  });
}

function lines(question: string, answer: Answer): string[] {
  const { confidence, calibratedConfidence, abstained, executionError, votes, alternatives, repairs } = answer;
  const calibrated = calibratedConfidence === null ? "" : `, calibrated ${calibratedConfidence.toFixed(3)}`;
  const end = answer.finishReason === "stop" ? "" : `, ${answer.finishReason.replaceAll("_", " ")}`;
  const counted = votes === null ? "" : `, ${votes} ${votes === 1 ? "vote" : "votes"}`;
  return [
    `Question:   ${question}`,
    ...(abstained ? ["Abstained:  the confidence is too low to stand by this answer"] : []),
    `SQL:        ${answer.sql}`,
    ...(executionError === null ? [] : [`Error:      ${executionError}`]),
    ...(repairs === 0 ? [] : [`Repair:     asked again ${repairs === 1 ? "once" : `${repairs} times`}`]),
    ...alternatives.map(alternativeLine),
    `Confidence: ${confidence.toFixed(3)}${calibrated}${counted}`,
    `Latency:    ${Math.round(answer.timings.totalMs)} ms (${answer.tokens.length} tokens${end})`,
  ];
}

function alternativeLine({ sql, confidence, executable, votes }: Answer["alternatives"][number]): string {
  const facts = [
    confidence.toFixed(3),
    ...(votes === undefined ? [] : [`${votes} ${votes === 1 ? "vote" : "votes"}`]),
    ...(executable === false ? ["does not run"] : []),
  ];
  return `  or:       ${sql} (${facts.join(", ")})`;
}
