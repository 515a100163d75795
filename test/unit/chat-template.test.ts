import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SqltuneError } from "../../src/errors.js";
import { assistantTurnTail, type ChatMessage, renderChat } from "../../src/tokenizer/chat-template.js";
import { sharedFolder } from "./tokenizer-fixtures.js";

const tokens = { bosToken: "<BOS>", eosToken: "<EOS>" };
const shared = sharedFolder("rendered chat templates");

describe.skipIf(shared === null)("the chat templates of public models", () => {
  const templates = join(shared ?? "", "configs/templates");
  const { messages, rendered } = (
    shared === null
      ? { messages: [], rendered: {} }
      : JSON.parse(readFileSync(join(templates, "rendered.json"), "utf8"))
  ) as { messages: ChatMessage[]; rendered: Record<string, Record<string, string | { error: string }>> };
  const sets: Record<string, ChatMessage[]> = {
    full: messages,
    no_system: messages.slice(1),
    user_only: messages.slice(1, 2),
    closed: messages.slice(0, 3),
  };

  it.each(Object.keys(rendered))("%s", (name) => {
    const template = readFileSync(join(templates, `${name}.jinja`), "utf8");
    const found = Object.keys(rendered[name]!).map((set) => {
      const [of, generation] = set.split("+");
      try {
        return [set, renderChat(template, sets[of!]!, { ...tokens, addGenerationPrompt: generation === "gen" })];
      } catch (error) {
        expect(error).toBeInstanceOf(SqltuneError);
        return [set, { error: ((error as SqltuneError).cause as Error).message }];
      }
    });
    expect(Object.fromEntries(found)).toEqual(rendered[name]);
  });
});

describe("renderChat", () => {
  const user: ChatMessage[] = [{ role: "user", content: "hi" }];

  it("trims blocks and the white space before them, as Transformers sets Jinja", () => {
    const template = "{% for m in messages %}\n    {% if true %}\n{{ m.content }}\n    {% endif %}\n{% endfor %}\nend";
    expect(renderChat(template, user, tokens)).toBe("hi\nend");
  });

  it("prints the same date on every day, unless told one", () => {
    const template = "{{ date_string }}|{{ strftime_now('%A %d %B %Y, %H:%M:%S %p %I %y %m %a %b %% %Q') }}";
    const words = "26 Jul 2024|Friday 26 July 2024, 00:00:00 AM 12 24 07 Fri Jul % %Q";
    expect(renderChat(template, user, tokens)).toBe(words);
    expect(renderChat(template, user, { ...tokens, date: new Date(2031, 0, 2, 15, 4, 5) })).toBe(
      "02 Jan 2031|Thursday 02 January 2031, 15:04:05 PM 03 31 01 Thu Jan % %Q",
    );
  });

  it("knows range, tojson, and the constants as Python and Jinja spell them", () => {
    const template =
      "{{ range(3)|join }} {{ range(5, 0, -2)|join }} {{ {'a': [True, none]}|tojson }} {{ bos_token }}{{ extra }}";
    expect(renderChat(template, user, { ...tokens, variables: { extra: "!" } })).toBe(
      '012 531 {"a": [true, null]} <BOS>!',
    );
  });

  it("writes nothing for a token that the model lacks", () => {
    expect(renderChat("[{{ bos_token }}{{ eos_token }}]", user, { bosToken: null, eosToken: null })).toBe("[]");
  });

  it("says which messages a template refuses, in the template's words", () => {
    const template = "{{ raise_exception('System role not supported') }}";
    expect(() => renderChat(template, [{ role: "system", content: "x" }, ...user], tokens)).toThrow(
      /does not take these messages \(system, user\): System role not supported\n.*another prompt program/,
    );
    expect(() => renderChat("{% if %}", user, tokens)).toThrow(SqltuneError);
  });
});

describe("assistantTurnTail", () => {
  it("is what stands after an answer", () => {
    expect(assistantTurnTail("{% for m in messages %}[{{ m.content }}]{{ eos_token }}\n{% endfor %}", tokens)).toBe(
      "]<EOS>\n",
    );
  });

  it("is null where the template shows no answer or raises", () => {
    expect(assistantTurnTail("{{ messages[0].content }}", tokens)).toBeNull();
    expect(assistantTurnTail("{{ raise_exception('no') }}", tokens)).toBeNull();
  });
});
