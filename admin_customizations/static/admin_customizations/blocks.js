// Blocks of cells to and from a spreadsheet: tabs, new lines, quotes around what holds either.

export function blockOf(event) {
  const found = [[""]];
  let isQuoted = false;
  const clean = event.clipboardData.getData("text").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < clean.length; i += 1) {
    const sign = clean[i];
    const line = found.at(-1);
    if (isQuoted && sign === '"' && clean[i + 1] === '"') {
      line[line.length - 1] += '"';
      i += 1;
    } else if (sign === '"' && (isQuoted || line.at(-1) === "")) isQuoted = !isQuoted;
    else if (sign === "\t" && !isQuoted) line.push("");
    else if (sign === "\n" && !isQuoted) found.push([""]);
    else line[line.length - 1] += sign;
  }
  return found;
}

const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const textOf = (block) => block.map((line) => line.map(quoted).join("\t")).join("\n");
