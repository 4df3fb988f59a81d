// Lines of a plan as a table: keys, blocks from Excel, undo; the whole table is saved as typed.
import { blockOf, textOf } from "./blocks.js";
import { Keeper } from "./keeper.js";
import { merge } from "./merge.js";
import { stateLine } from "./stateline.js";

const page = document.querySelector(".sheet-page");
const data = JSON.parse(document.getElementById("sheet-data").textContent);
const table = page.querySelector("table.sheet");
const body = table.tBodies[0];
const { say, state } = stateLine(page.querySelector(".grid-state"), page.dataset.login, []);
const find = (name) => page.querySelector(`[data-do="${name}"]`);
const { fields } = data;
const MOST = data.most;
const LEAD = data.has_dates ? 2 : 1; // number, and the days it falls on

let keys = 0;
let rows = data.rows.map((row) => made(row.id, row.cells));
let falls = data.dates;
let faults = data.faults;
let bad = new Map(); // "row key:field" -> what is wrong
let at = { r: 0, c: 1 };
let from = at;
let editor = null;
let past = [];
let ahead = [];

// Rows

function made(id, cells) {
  keys += 1;
  return { key: keys, id, cells: [...cells] };
}

const blank = () => made(null, fields.map((field) => (field.name === "hours" ? String(data.lesson_hours) : "")));
const isBlank = (row) => row.id === null && row.cells.every((cell, c) => !cell.trim() || fields[c].name === "hours");
const copyOf = (list) => list.map((row) => ({ key: row.key, id: row.id, cells: [...row.cells] }));
const kindOf = (text) => data.kinds[text.toLowerCase().replaceAll("ё", "е").replaceAll(".", "").trim()];
const isAlike = (row, other) => fields.every(({ sort }, c) => sort !== "text" || row.cells[c] === other.cells[c]);
const place = (name) => fields.findIndex((field) => field.name === name);

// Drawing

function cellHtml(row, c) {
  const cell = document.createElement("td");
  cell.textContent = row.cells[c];
  if (fields[c].sort === "number") cell.className = "n";
  const words = bad.get(`${row.key}:${fields[c].name}`);
  if (words) {
    cell.classList.add("bad");
    cell.title = words;
    cell.setAttribute("aria-invalid", "true");
  }
  return cell;
}

function draw() {
  if (!rows.length && data.may) rows.push(blank());
  body.replaceChildren(
    ...rows.map((row, r) => {
      const line = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = r + 1;
      line.append(head);
      if (data.has_dates) {
        const cell = document.createElement("td");
        cell.className = "ro";
        cell.textContent = falls[row.id] || "";
        line.append(cell);
      }
      line.append(...fields.map((_, c) => cellHtml(row, c)));
      return line;
    }),
  );
  at = clip(at);
  from = clip(from);
  paint();
  sum();
}

// What a person is writing in a cell stays, and so does the place of the keyboard.
function redraw() {
  if (editor) return;
  const isHere = body.contains(document.activeElement);
  draw();
  if (isHere) paint(true);
}

const clip = ({ r, c }) => ({
  r: Math.max(0, Math.min(r, rows.length - 1)),
  c: Math.max(0, Math.min(c, fields.length - 1)),
});
const cellAt = ({ r, c }) => body.rows[r]?.cells[c + LEAD];

function chosen() {
  return {
    top: Math.min(at.r, from.r),
    bottom: Math.max(at.r, from.r),
    left: Math.min(at.c, from.c),
    right: Math.max(at.c, from.c),
  };
}

function paint(focus = false) {
  for (const cell of body.querySelectorAll(".sel, [tabindex]")) {
    cell.classList.remove("sel");
    cell.removeAttribute("tabindex");
  }
  const { top, bottom, left, right } = chosen();
  if (top !== bottom || left !== right) {
    for (let r = top; r <= bottom; r += 1) {
      for (let c = left; c <= right; c += 1) cellAt({ r, c })?.classList.add("sel");
    }
  }
  const cell = cellAt(at);
  if (!cell) return;
  cell.tabIndex = 0;
  if (focus) cell.focus({ preventScroll: false });
}

function go(next, extend = false) {
  at = clip(next);
  if (!extend) from = at;
  paint(true);
}

// Sums

function given() {
  const found = {};
  let all = 0;
  for (const row of rows) {
    if (isBlank(row)) continue;
    const kind = kindOf(row.cells[place("kind")])?.hours || "theory";
    const hours = parseInt(row.cells[place("hours")], 10) || 0;
    found[kind] = (found[kind] || 0) + hours;
    all += hours;
    found.self_study = (found.self_study || 0) + (parseInt(row.cells[place("self_study")], 10) || 0);
  }
  return [found, all];
}

function sum() {
  const box = page.querySelector(".sheet-sums");
  const [found, all] = given();
  const lines = data.asked.flatMap((course) =>
    course.sums
      .map(({ kind, title, needed }) => ({ course: course.title, title, needed, has: kind === "total" ? all : found[kind] || 0, kind }))
      .filter(({ needed, has }) => needed || has),
  );
  if (!data.asked.length) {
    const names = Object.entries(found).filter(([, hours]) => hours);
    lines.push(...names.map(([kind, has]) => ({ course: "", title: data.hours_kinds[kind], needed: null, has, kind })));
  }
  box.tBodies[0].replaceChildren(
    ...lines.map(({ course, title, needed, has, kind }) => {
      const line = document.createElement("tr");
      const off = needed === null ? 0 : has - needed;
      const isRight = !off || (data.outside.includes(kind) && !has);
      const words = needed === null ? "" : isRight ? "✓" : off > 0 ? `лишних ${off}` : `не хватает ${-off}`;
      for (const [text, name] of [[course, ""], [title, ""], [needed ?? "", "n"], [has, "n"], [words, isRight ? "done" : "lack"]]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        if (name) cell.className = name;
        line.append(cell);
      }
      return line;
    }),
  );
  page.querySelector(".sheet-total").textContent = `Строк: ${rows.filter((row) => !isBlank(row)).length}, часов занятий: ${all}`;
}

function tell() {
  const box = page.querySelector(".sheet-faults");
  if (!box) return;
  box.hidden = !faults.length;
  box.querySelector("ul").replaceChildren(
    ...faults.slice(0, 40).map(({ line, field, words }) => {
      const item = document.createElement("li");
      if (line) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = `Строка ${line}`;
        button.addEventListener("click", () => go({ r: line - 1, c: Math.max(place(field), 0) }));
        item.append(button, ` ${words}`);
      } else item.textContent = words;
      return item;
    }),
  );
  box.querySelector("summary").textContent = `Мешает представить на утверждение: ${faults.length}`;
}

// Changing

function change(act) {
  if (!data.may) return say("Эту таблицу можно только читать.", "refused");
  const before = copyOf(rows);
  if (act() === false) return;
  past.push(before);
  if (past.length > 200) past.shift();
  ahead = [];
  changed();
}

function changed() {
  find("undo").disabled = !past.length;
  find("redo").disabled = !ahead.length;
  draw();
  keeper.put(rows);
}

function undo(source = past, target = ahead) {
  if (!source.length) return;
  target.push(copyOf(rows));
  const ids = new Map(rows.map((row) => [row.key, row.id]));
  rows = source.pop().map((row) => ({ ...row, id: row.id ?? ids.get(row.key) ?? null }));
  changed();
  paint(true);
}

const set = (r, c, text) => {
  rows[r].cells[c] = text;
  bad.delete(`${rows[r].key}:${fields[c].name}`);
};

function insert() {
  const { bottom } = chosen();
  if (rows.length >= MOST) return say(`В таблице не больше ${MOST} строк.`, "refused");
  change(() => {
    const row = blank();
    row.cells[place("section")] = rows[bottom]?.cells[place("section")] || "";
    rows.splice(bottom + 1, 0, row);
  });
  go({ r: bottom + 1, c: place("topic") });
}

function remove() {
  const { top, bottom } = chosen();
  change(() => rows.splice(top, bottom - top + 1));
  go({ r: top, c: at.c });
}

function shift(step) {
  const { top, bottom } = chosen();
  if (top + step < 0 || bottom + step >= rows.length) return;
  change(() => rows.splice(top + step, 0, ...rows.splice(top, bottom - top + 1)));
  at = { r: at.r + step, c: at.c };
  from = { r: from.r + step, c: from.c };
  paint(true);
}

function clear() {
  const { top, bottom, left, right } = chosen();
  change(() => {
    for (let r = top; r <= bottom; r += 1) for (let c = left; c <= right; c += 1) set(r, c, "");
  });
  paint(true);
}

// Writing in a cell

function edit(text = null) {
  if (!data.may || editor || !rows.length) return;
  const field = fields[at.c];
  const cell = cellAt(at);
  const input = document.createElement(field.sort === "text" ? "textarea" : "input");
  if (field.sort === "kind") input.setAttribute("list", "sheet-kinds");
  if (field.sort === "number") input.inputMode = "numeric";
  input.value = text ?? rows[at.r].cells[at.c];
  input.setAttribute("aria-label", `${field.title}, строка ${at.r + 1}`);
  if (field.sort === "text") input.maxLength = field.most;
  cell.replaceChildren(input);
  editor = { input, cell, r: at.r, c: at.c };
  input.focus();
  if (text === null) input.select();
  input.addEventListener("blur", () => done(true));
}

// What was being written while the rows came anew is written on, in its own row.
function resume(held) {
  const r = held ? rows.findIndex((row) => row.key === held.key) : -1;
  if (r < 0) return;
  at = { r, c: held.c };
  from = at;
  paint();
  edit(held.text);
}

function done(isKept) {
  if (!editor) return;
  const { input, r, c } = editor;
  editor = null;
  const text = input.value.replace(/\s+/g, " ").trim();
  if (isKept && rows[r] && rows[r].cells[c] !== text) change(() => set(r, c, text));
  else draw();
}

function typed(event) {
  if (event.key === "Escape") done(false);
  else if (event.key === "Enter" && !event.shiftKey) {
    done(true);
    if (at.r === rows.length - 1 && data.may) return event.preventDefault(), insert();
    go({ r: at.r + 1, c: at.c });
  } else if (event.key === "Tab") {
    done(true);
    go({ r: at.r, c: at.c + (event.shiftKey ? -1 : 1) });
  } else return;
  event.preventDefault();
  paint(true);
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-15, 0], PageDown: [15, 0] };

function pressed(event) {
  if (editor) return typed(event);
  const isCommand = event.ctrlKey || event.metaKey;
  const { key } = event;
  if (isCommand && event.code === "KeyZ") event.shiftKey ? undo(ahead, past) : undo();
  else if (isCommand && event.code === "KeyY") undo(ahead, past);
  else if (isCommand && event.code === "KeyA") {
    from = { r: 0, c: 0 };
    at = { r: rows.length - 1, c: fields.length - 1 };
    paint(true);
  } else if (isCommand && key === "Enter") insert();
  else if (isCommand && (key === "Delete" || key === "Backspace")) remove();
  else if (isCommand && (key === "Home" || key === "End")) go({ r: key === "Home" ? 0 : rows.length - 1, c: at.c }, event.shiftKey);
  else if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) shift(key === "ArrowUp" ? -1 : 1);
  else if (isCommand || event.altKey) return;
  else if (MOVES[key]) go({ r: at.r + MOVES[key][0], c: at.c + MOVES[key][1] }, event.shiftKey);
  else if (key === "Home" || key === "End") go({ r: at.r, c: key === "Home" ? 0 : fields.length - 1 }, event.shiftKey);
  else if (key === "Tab") {
    const next = at.c + (event.shiftKey ? -1 : 1);
    if (next < 0 || next >= fields.length) return;
    go({ r: at.r, c: next });
  } else if (key === "Enter" || key === "F2") edit();
  else if (key === "Delete" || key === "Backspace") clear();
  else if (key.length === 1) edit(key);
  else return;
  event.preventDefault();
}

// Blocks to and from a spreadsheet

function paste(event) {
  if (editor) return;
  event.preventDefault();
  const block = blockOf(event);
  const { top, left } = chosen();
  const room = MOST - top;
  const right = Math.min(left + Math.max(...block.map((line) => line.length)), fields.length) - 1;
  change(() => {
    block.slice(0, room).forEach((line, down) => {
      while (rows.length <= top + down) rows.push(blank());
      line.slice(0, fields.length - left).forEach((text, step) => {
        set(top + down, left + step, text.replace(/\s+/g, " ").trim());
      });
    });
  });
  if (block.length > room) say(`Вставлено строк: ${room}. В таблице их не больше ${MOST}.`, "refused");
  from = { r: top, c: left };
  at = clip({ r: top + block.length - 1, c: right });
  paint(true);
}

function copy(event) {
  if (editor) return;
  const { top, bottom, left, right } = chosen();
  const block = rows.slice(top, bottom + 1).map((row) => row.cells.slice(left, right + 1));
  event.clipboardData.setData("text/plain", textOf(block));
  event.preventDefault();
  if (event.type === "cut") clear();
}

// Saving

const keeper = new Keeper({
  user: page.dataset.user,
  url: page.dataset.save,
  token: page.dataset.token,
  version: data.version,
  base: data.rows,
  say(name, words = "") {
    words ? say(words, name) : state(name);
    if (name === "saved" && isHandedIn) location.assign(handIn.href);
    if (name !== "saving") isHandedIn = false;
  },
  isBlank,
  // What was stored takes the place of what was sent, where nobody typed since.
  stored(sent, answer) {
    bad = new Map();
    const known = new Map(rows.map((row) => [row.key, row]));
    sent.forEach((was, i) => {
      const row = known.get(was.key);
      if (!row || answer.ids[i] === null) return;
      row.id = answer.ids[i];
      row.cells = row.cells.map((cell, c) => (cell === was.cells[c] ? answer.cells[i][c] : cell));
    });
    for (const list of [...past, ...ahead]) {
      for (const row of list) row.id = known.get(row.key)?.id ?? row.id;
    }
    ({ dates: falls, faults } = answer);
    redraw();
    tell();
  },
  refused(sent, errors) {
    bad = new Map(errors.filter(([r]) => r >= 0).map(([r, field, words]) => [`${sent[r].key}:${field}`, words]));
    const whole = errors.filter(([r]) => r < 0).map(([, , words]) => words);
    const [r, field, words] = errors[0];
    const title = fields[place(field)]?.title;
    const first = r < 0 ? whole[0] : `строка ${r + 1}, «${title}»: ${words}`;
    isHandedIn = false;
    say(`Не сохранено (замечаний: ${errors.length}) — ${first}`, "refused");
    redraw();
  },
  async conflict(base, mine, theirs) {
    const held = editor && { key: rows[editor.r].key, c: editor.c, text: editor.input.value };
    editor = null;
    const found = merge(base, mine, theirs, (row) => made(row.id, row.cells), isAlike);
    if (found.conflicts.length) await ask(found.conflicts, theirs);
    past.push(copyOf(rows));
    rows = found.rows;
    find("undo").disabled = false;
    draw();
    resume(held);
    say(`Таблицу изменили: ${theirs.by}, ${theirs.at}. Ваши правки соединены с новыми.`, "saving");
    return rows;
  },
});

// What is not stored would not be handed in: it is stored first.
const handIn = document.querySelector("a[data-hand-in]");
let isHandedIn = false;
handIn?.addEventListener("click", (event) => {
  done(true);
  if (keeper.isStored) return;
  event.preventDefault();
  isHandedIn = true;
  keeper.put(rows);
  keeper.flush();
});

// What both have changed is asked cell by cell.
const dialog = page.querySelector(".sheet-both");

function ask(conflicts, theirs) {
  dialog.querySelector("p").textContent = `Пока вы писали, таблицу изменили: ${theirs.by}, ${theirs.at}. Выберите, что оставить.`;
  dialog.querySelector("tbody").replaceChildren(
    ...conflicts.map((one, i) => {
      const line = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = `Строка ${one.number}, ${one.c < 0 ? "вся" : fields[one.c].title}`;
      line.append(name);
      for (const [who, text] of [["mine", one.mine], ["theirs", one.theirs]]) {
        const cell = document.createElement("td");
        const label = document.createElement("label");
        const input = document.createElement("input");
        Object.assign(input, { type: "radio", name: `both-${i}`, value: who, checked: who === "mine" });
        label.append(input, ` ${text || "пусто"}`);
        cell.append(label);
        line.append(cell);
      }
      return line;
    }),
  );
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener(
      "close",
      () => {
        conflicts.forEach((one, i) => {
          const choice = dialog.querySelector(`input[name="both-${i}"]:checked`)?.value;
          one.take(choice || "mine");
        });
        answered();
      },
      { once: true },
    );
  });
}

// Hands

let isDragged = false;
const spot = (cell) => ({ r: cell.parentNode.sectionRowIndex, c: cell.cellIndex - LEAD });
const isCell = (cell) => cell?.tagName === "TD" && body.contains(cell) && cell.cellIndex >= LEAD;

body.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest("td");
  if (!isCell(cell) || editor?.cell === cell || event.button) return;
  done(true);
  const next = spot(cell);
  const isAgain = event.pointerType !== "mouse" && next.r === at.r && next.c === at.c;
  go(next, event.shiftKey);
  isDragged = event.pointerType === "mouse";
  if (isDragged) event.preventDefault();
  if (isAgain) edit();
});
body.addEventListener("pointerover", (event) => {
  const cell = event.target.closest("td");
  if (isDragged && isCell(cell)) go(spot(cell), true);
});
addEventListener("pointerup", () => (isDragged = false));
body.addEventListener("dblclick", () => edit());
table.addEventListener("keydown", pressed);
table.addEventListener("paste", paste);
table.addEventListener("copy", copy);
table.addEventListener("cut", copy);
for (const [name, act] of Object.entries({
  undo: () => undo(),
  redo: () => undo(ahead, past),
  insert,
  remove,
  up: () => shift(-1),
  down: () => shift(1),
  number: () => {
    past.push(copyOf(rows));
    find("undo").disabled = false;
    keeper.put(rows, true);
  },
})) {
  find(name)?.addEventListener("click", act);
}

draw();
tell();
// A paper that was handed in shows what stands in it; the rest waits until it comes back.
if (data.may) {
  keeper.restore((kept) => {
    rows = kept.map((row) => made(row.id, row.cells));
    draw();
    return rows;
  });
}
