/** The words of a text in lower case, without punctuation; compatibility forms of letters are made one (NFKC). */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/** A question up to case, spacing and punctuation. */
export function questionForm(question: string): string {
  const words = wordsOf(question);
  return words.length > 0 ? words.join(" ") : question.trim();
}
