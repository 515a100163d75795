/** The command that goes on with an interrupted training, ready to be pasted into a POSIX shell. */
export function resumeCommand(words: readonly string[]): string {
  return `${sameCommand(words)} --resume`;
}

/** The same command without what would start it anew. */
export function sameCommand(words: readonly string[]): string {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (/^--(overwrite|no-overwrite|resume)(=|$)/.test(word)) {
      // `--resume DIR`: the checkpoint just saved is newer than the one it began from.
      if (word === "--resume" && words[i + 1]?.startsWith("-") === false) i++;
    } else kept.push(word);
  }
  return ["npx sqltune", ...kept.map(shellWord)].join(" ");
}

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
