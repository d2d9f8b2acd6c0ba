/** The rows of all tables of a Markdown text, their cells trimmed; heads and the lines below them are left out. */
export function tableRows(markdown: string): string[][] {
  return markdown
    .split(/\n(?!\|)/)
    .flatMap((block) =>
      block
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .slice(2),
    )
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split("|")
        .map((cell) => cell.trim()),
    );
}
