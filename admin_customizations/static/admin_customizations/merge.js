// Two people's versions of a table over the one that both began with.

const byId = (rows) => new Map(rows.filter((row) => row.id !== null).map((row) => [row.id, row]));
const same = (one, other) => one.cells.every((cell, c) => cell === other.cells[c]);

// Rows of `mine` with what `theirs` changed; cells that both changed are conflicts, each
// with `take("mine" | "theirs")`. `made(row)` makes a row of the table, `alike(row, other)`
// knows a new row of mine by its texts: stored already, only the answer was lost.
export function merge(base, mine, theirs, made, alike) {
  const before = byId(base);
  const now = byId(theirs.rows);
  const fresh = theirs.rows.filter((other) => !before.has(other.id) && !byId(mine).has(other.id));
  for (const row of mine.filter((one) => one.id === null)) {
    const i = fresh.findIndex((other) => alike(row, other));
    if (i >= 0) row.id = fresh.splice(i, 1)[0].id;
  }
  const own = byId(mine);
  const conflicts = [];
  const rows = [];
  for (const row of mine) {
    const was = before.get(row.id);
    const other = now.get(row.id);
    if (row.id === null || (!was && !other)) rows.push(Object.assign(row, { id: null }));
    else if (other) rows.push(joined(row, was || other, other, conflicts, rows.length + 1));
    else if (!same(row, was)) rows.push(Object.assign(row, { id: null })); // they deleted what I changed
  }
  theirs.rows.forEach((other, i) => {
    if (own.has(other.id)) return;
    const was = before.get(other.id);
    if (was && same(was, other)) return; // I deleted it, they left it as it was
    const row = made(other);
    const next = place(rows, theirs.rows, i);
    rows.splice(next, 0, row);
    if (was) {
      const take = (who) => who === "mine" && rows.splice(rows.indexOf(row), 1);
      conflicts.push({ number: next + 1, c: -1, mine: "удалено", theirs: other.cells.join(" · "), take });
    }
  });
  return { rows, conflicts };
}

// Behind the nearest row before it that is still there.
function place(rows, theirs, i) {
  for (let back = i - 1; back >= 0; back -= 1) {
    const found = rows.findIndex((row) => row.id === theirs[back].id);
    if (found >= 0) return found + 1;
  }
  return 0;
}

function joined(row, was, other, conflicts, number) {
  row.cells.forEach((cell, c) => {
    const [old, new_] = [was.cells[c], other.cells[c]];
    if (cell === old) row.cells[c] = new_;
    else if (new_ !== old && new_ !== cell) {
      const take = (who) => {
        if (who === "theirs") row.cells[c] = new_;
      };
      conflicts.push({ number, c, mine: cell, theirs: new_, take });
    }
  });
  return row;
}
