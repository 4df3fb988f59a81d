// The grid of the journal: one roving tab stop, keys by their place, everything saved as typed.
import { blockOf } from "./blocks.js";
import { Queue } from "./queue.js";
import { stateLine } from "./stateline.js";

const page = document.querySelector(".grid-page");
const table = page.querySelector("table.cells");
const BY_PLACE = { KeyY: "н", Comma: "б", KeyE: "у", KeyJ: "о", KeyP: "з", BracketLeft: "х" };
const WORDS = { нп: "н", нб: "н", уп: "у", оп: "о", зачёт: "з", зач: "з", незачёт: "х", незач: "х" };
const MARKS = "5432зх";
const GAPS = "·•";
const columns = [...[...table.tHead.rows].at(-1).cells];
const onlyAbsence = page.dataset.only === "absence";
const kinds = JSON.parse(page.dataset.kinds || "{}"); // letter -> is it excused; of lateness nothing
const body = table.tBodies[0];
const undoButton = page.querySelector(".grid-undo");
const stored = new Map(); // key of a value -> what the server has
const undone = [];
let slot = 1;
let current = null;

// Cells

const lessonOf = (cell) => columns[cell.cellIndex].dataset.l;
const studentOf = (cell) => cell.parentNode.dataset.s;
const isCell = (cell) => Boolean(cell && cell.tagName === "TD" && columns[cell.cellIndex]?.dataset.l);
const isOpen = (cell) => isCell(cell) && !cell.classList.contains("x") && !columns[cell.cellIndex].classList.contains("ro");
const marksOf = (cell) => (cell.textContent ? cell.textContent.split(" ") : []);
const read = (cell, field) => {
  if (field === "absence") return cell.dataset.a || "";
  const mark = marksOf(cell)[field - 1];
  return !mark || GAPS.includes(mark) ? "" : mark;
};
const keyOf = (cell, field) => `${lessonOf(cell)}:${studentOf(cell)}:${field}`;

// A required work without a mark is owed, unless made up or off the student's way.
const has = (list, number) => (list || "").split(",").includes(String(number));
const owes = (cell, number) => has(columns[cell.cellIndex].dataset.r, number) && cell.dataset.f === undefined && !has(cell.dataset.m, number);

function show(cell, field, value) {
  if (field === "absence") {
    if (value) cell.dataset.a = value;
    else delete cell.dataset.a;
  } else {
    const marks = marksOf(cell);
    while (marks.length < field) marks.push("·");
    marks[field - 1] = value || (owes(cell, field) ? "•" : "·");
    while (marks.length && marks.at(-1) === "·") marks.pop();
    cell.textContent = marks.join(" ");
  }
  sum(cell.parentNode);
}

function sum(row) {
  if (onlyAbsence) return sumHours(row);
  const place = columns.findIndex((head) => head.classList.contains("av"));
  if (place < 0) return;
  let total = 0;
  let weights = 0;
  for (const cell of row.cells) {
    if (!isCell(cell)) continue;
    const own = (columns[cell.cellIndex].dataset.w || "").split(",");
    marksOf(cell).forEach((mark, number) => {
      if (!/[2-5]/.test(mark)) return;
      const weight = Number(own[number] || 1);
      total += Number(mark) * weight;
      weights += weight;
    });
  }
  // Half up in whole numbers, as the server rounds: 4,125 is 4,13.
  const cents = Math.floor((200 * total + weights) / (2 * weights));
  const average = weights ? (cents / 100).toFixed(2).replace(".", ",") : "";
  const ahead = columns.findIndex((head) => head.dataset.ahead !== undefined);
  if (ahead >= 0 && average !== row.cells[place].textContent) {
    row.cells[ahead].classList.add("old");
    row.cells[ahead].title = "Отметки изменились: обновите страницу, чтобы пересчитать прогноз";
  }
  row.cells[place].textContent = average;
  const debts = columns.findIndex((head) => head.dataset.owed !== undefined);
  if (debts >= 0) row.cells[debts].textContent = [...row.cells].flatMap((cell) => (isCell(cell) ? marksOf(cell) : [])).filter((mark) => mark === "•").length || "";
}

// All hours missed in the row, and those with and without a reason.
function sumHours(row) {
  const totals = { all: 0, good: 0, bad: 0 };
  for (const cell of row.cells) {
    const [letter, amount] = isCell(cell) ? split(cell.dataset.a || "") : [""];
    if (!(letter in kinds)) continue;
    const hours = amount || Number(columns[cell.cellIndex].dataset.h);
    totals.all += hours;
    totals[kinds[letter] ? "good" : "bad"] += hours;
  }
  columns.forEach((head, place) => {
    if (head.dataset.sum) row.cells[place].textContent = totals[head.dataset.sum] || "";
  });
}

// «о15» -> ["о", 15]
const split = (value) => {
  const letter = value.replace(/\d+$/, "");
  return [letter, Number(value.slice(letter.length))];
};

// Saving

const { say, forget, state: stateWords } = stateLine(page.querySelector(".grid-state"), page.dataset.login, ["refused", "note"]);

function state(name, count) {
  stateWords(name, count);
  for (const cell of table.querySelectorAll(".wait")) cell.classList.toggle("late", name === "offline" || name === "trouble");
}

function cellOf(change) {
  if (change.s === null) return columns.find((head) => head.dataset.l === String(change.l));
  const place = columns.findIndex((head) => head.dataset.l === String(change.l));
  const row = body.querySelector(`tr[data-s="${change.s}"]`);
  return place < 0 || !row ? null : row.cells[place];
}

const questions = [];
let isAsking = false;

function answered(change, result, isNewer) {
  const cell = cellOf(change);
  const name = `${change.l}:${change.s ?? ""}:${change.f}`;
  if (result.status === 200) {
    stored.set(name, result.value);
    for (const [student, value] of Object.entries(result.also || {})) {
      const other = cellOf({ ...change, s: student });
      if (other) show(other, "absence", value);
      stored.set(`${change.l}:${student}:absence`, value);
    }
    if (!cell || isNewer) return;
    if (change.s !== null && read(cell, change.f) !== result.value) show(cell, change.f, result.value);
    if (result.message) say(result.message, "note");
    flash(cell, "ok");
    return;
  }
  if (isNewer) return;
  cell?.classList.remove("wait", "late");
  const isAskable = result.code === "closed" && page.dataset.ask && change.s !== null;
  if (isAskable || ["conflict", "reason", "absent"].includes(result.code)) {
    cell?.classList.add("ask");
    questions.push({ change, result, cell });
    if (!isAsking) ask();
    return;
  }
  if (cell) {
    if (change.s === null) tick(cell, change.o === "1");
    else show(cell, change.f, change.o);
    flash(cell, "bad");
  }
  say(result.message || "Не сохранено.", "refused");
}

function flash(cell, kind) {
  cell.classList.remove("wait", "late", "ask", "ok", "bad");
  cell.classList.add(kind);
  setTimeout(() => cell.classList.remove(kind), kind === "ok" ? 700 : 4000);
}

const dialog = page.querySelector(".grid-ask");
const reasonField = dialog.querySelector("input");

// One question at a time; the same answer serves all that wait with the same question.
async function ask() {
  isAsking = true;
  while (questions.length) {
    const { change, result, cell } = questions.shift();
    const same = result.code === "conflict" ? [] : questions.filter((other) => other.result.code === result.code);
    for (const other of same) questions.splice(questions.indexOf(other), 1);
    const all = [{ change, result, cell }, ...same];
    const answer = await openDialog(result, change, all.length);
    if (result.code === "closed") await request(all, answer);
    else for (const item of all) settle(item, answer);
  }
  isAsking = false;
  (current || table).focus();
}

function openDialog(result, change, count) {
  const buttons = {
    conflict: [["no", `Оставить ${result.value || "пусто"}`], ["yes", `Записать ${change.n || "пусто"}`]],
    absent: [["no", "Не ставить"], ["yes", "Поставить"]],
    reason: [["no", "Не исправлять"], ["yes", "Исправить"]],
    closed: [["no", "Не просить"], ["yes", "Попросить исправить"]],
  }[result.code];
  const isExplained = ["reason", "closed"].includes(result.code);
  const who = result.by ? ` Записано: ${result.by}, ${result.at}.` : "";
  dialog.querySelector("p").textContent = result.message + who + (count > 1 ? ` (клеток: ${count})` : "");
  reasonField.hidden = !isExplained;
  reasonField.placeholder = result.code === "closed" ? "Почему нужно исправить" : "Причина исправления";
  reasonField.value = queue.reason;
  dialog.querySelector("menu").replaceChildren(
    ...buttons.map(([value, text]) => {
      const button = document.createElement("button");
      button.value = value;
      button.textContent = text;
      return button;
    }),
  );
  dialog.returnValue = "";
  dialog.showModal();
  if (!reasonField.hidden) reasonField.focus();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue), { once: true });
  });
}

reasonField.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  dialog.close(reasonField.value.trim() ? "yes" : "no");
});

// What is closed stays as it is; a second person is asked to let it be corrected.
async function request(all, answer) {
  const reason = reasonField.value.trim();
  const isAsked = answer === "yes" && reason;
  for (const item of all) settle(item, "no");
  if (!isAsked) return say(answer === "yes" ? "Не отправлено: напишите, почему нужно исправить." : "", "refused");
  queue.reason = reason;
  const said = await queue.send(page.dataset.ask, all.map(({ change }) => ({ ...change, c: true }))).catch(() => null);
  const data = said?.ok || said?.headers.get("Content-Type")?.includes("json") ? await said.json() : null;
  if (!data?.results) return say(data?.error || "Запрос не отправлен. Проверьте связь и повторите.", "refused");
  const refused = data.results.filter((one) => one.status !== 200);
  const sent = data.results.length - refused.length;
  const words = sent ? [`Запрос отправлен${sent > 1 ? ` (${sent})` : ""}: ответ появится на рабочем столе.`] : [];
  say([...words, ...new Set(refused.map((one) => one.message))].join(" "), refused.length ? "refused" : "asked");
}

function settle({ change, result, cell }, answer) {
  cell?.classList.remove("ask");
  if (answer === "yes" && result.code === "reason" && !reasonField.value.trim()) answer = "no";
  if (answer !== "yes") {
    const value = result.code === "conflict" ? result.value : change.o;
    stored.set(`${change.l}:${change.s ?? ""}:${change.f}`, value);
    if (cell && change.s !== null) show(cell, change.f, value);
    else if (cell) tick(cell, value === "1");
    return;
  }
  if (result.code === "reason") queue.reason = reasonField.value.trim();
  const again = { ...change, c: change.c || result.code === "absent" };
  if (result.code === "conflict") again.o = result.value;
  cell?.classList.add("wait");
  queue.put(again);
}

const queue = new Queue({
  user: page.dataset.user,
  url: page.dataset.save,
  token: page.dataset.token,
  answered,
  state,
});

// Writing

function write(cell, field, value, isUndo = false) {
  const before = read(cell, field);
  if (before === value) return;
  const key = keyOf(cell, field);
  const old = stored.has(key) ? stored.get(key) : before;
  stored.set(key, old);
  show(cell, field, value);
  cell.classList.add("wait");
  if (!isUndo) remember({ cell, field, before });
  forget();
  queue.put({ l: Number(lessonOf(cell)), s: Number(studentOf(cell)), f: String(field), o: old, n: value });
  if (!queue.pending.has(key) && !queue.sending.has(key)) cell.classList.remove("wait");
}

function remember(step) {
  undone.push(step);
  if (undone.length > 500) undone.shift();
  undoButton.disabled = false;
}

function undo() {
  const step = undone.pop();
  undoButton.disabled = !undone.length;
  if (!step) return;
  if (step.head) return take(step.head, step.before, true);
  write(step.cell, step.field, step.before, true);
  focus(step.cell);
}

function key(cell, letter) {
  if (!isOpen(cell)) {
    say(cell.classList.contains("x") ? page.dataset.outside : "Эту клетку можно только читать.", "refused");
    return false;
  }
  if (MARKS.includes(letter) && onlyAbsence) {
    say("Здесь отмечают только отсутствие: Н, Б, У, О.", "refused");
    return false;
  }
  if (MARKS.includes(letter)) write(cell, slot, letter);
  else write(cell, "absence", cell.dataset.a === letter ? "" : letter);
  return true;
}

// How much of the lesson: hours missed, or minutes late

const amountDialog = page.querySelector(".grid-amount");
const amountField = amountDialog.querySelector("input");

function amount(cell, letter = split(cell?.dataset.a || "")[0]) {
  if (!letter) return say("Сначала отметьте отсутствие или опоздание: Н, Б, У, О.", "refused");
  if (!isOpen(cell)) return key(cell, letter);
  const isLate = letter === "о";
  const whole = Number(columns[cell.cellIndex].dataset.h);
  if (!isLate && whole < 2) {
    if (cell.dataset.a === letter) return say("Занятие длится один час: пропущено всё занятие.", "note");
    return key(cell, letter) && move(cell, 1, 0);
  }
  const [before, known] = split(cell.dataset.a || "");
  amountDialog.querySelector("p").textContent = isLate ? "На сколько минут опоздание?" : `Сколько академических часов пропущено из ${whole}?`;
  amountField.max = isLate ? 90 : whole;
  amountField.value = before === letter && known ? known : isLate ? "" : 1;
  amountDialog.showModal();
  amountField.select();
  // Now, not at the dialog's own event: fast hands are at the next key by then.
  amountDialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    amountDialog.close();
    focus(cell);
    if (event.submitter.value !== "yes") return;
    const number = Number(amountField.value);
    write(cell, "absence", letter + (number && (isLate || number < whole) ? number : ""));
    move(cell, 1, 0);
  };
}

function clear(cell) {
  if (!isOpen(cell)) return;
  marksOf(cell).forEach((_, number) => read(cell, number + 1) && write(cell, number + 1, ""));
  if (cell.dataset.a) write(cell, "absence", "");
}

// Attendance of a column

function tick(head, isTaken) {
  head.toggleAttribute("data-t", isTaken);
  head.querySelector("button")?.setAttribute("aria-pressed", String(isTaken));
  for (const button of document.querySelectorAll(".take")) button.setAttribute("aria-pressed", String(isTaken));
}

function take(head, value, isUndo = false) {
  const before = head.hasAttribute("data-t") ? "1" : "";
  if (before === value) return;
  tick(head, value === "1");
  if (!isUndo) remember({ head, before });
  queue.put({ l: Number(head.dataset.l), s: null, f: "taken", o: before, n: value });
}

const toggle = (head) => take(head, head.hasAttribute("data-t") ? "" : "1");

for (const head of columns) {
  if (!head.dataset.l || head.classList.contains("ro") || head.dataset.plain !== undefined) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "✓";
  button.title = "Все присутствуют, кроме отмеченных";
  button.setAttribute("aria-label", `Присутствие отмечено, ${head.querySelector("a")?.innerText.replace("\n", ".") ?? ""}`);
  button.setAttribute("aria-pressed", String(head.hasAttribute("data-t")));
  button.tabIndex = -1;
  button.addEventListener("click", ({ detail }) => detail > 1 || toggle(head));
  head.append(button);
  // One click names the kind of work of the column; saving there comes back here.
  const kinds = head.querySelector("small");
  const link = document.createElement("a");
  link.href = `${head.querySelector("a").href}?from=spread#works`;
  link.textContent = kinds.textContent || "вид";
  link.title = "Вид работы: назвать, изменить";
  link.tabIndex = -1;
  kinds.replaceChildren(link);
}

// Moving

function focus(cell) {
  if (!isCell(cell)) return;
  if (current) current.removeAttribute("tabindex");
  if (current !== cell) slot = 1;
  current = cell;
  cell.tabIndex = 0;
  cell.focus({ preventScroll: false });
  pad.hidden = !matchMedia("(pointer: coarse)").matches;
}

function move(cell, rows, cells) {
  const row = body.rows[cell.parentNode.sectionRowIndex + rows];
  const next = row?.cells[cell.cellIndex + cells];
  if (isCell(next)) focus(next);
}

const edge = (cell, last) => {
  const cells = [...cell.parentNode.cells].filter(isCell);
  focus(last ? cells.at(-1) : cells[0]);
};

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0], Enter: [1, 0] };

function pressed(event) {
  const cell = event.target;
  if (!isCell(cell)) return;
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyZ") {
    event.preventDefault();
    return undo();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.shiftKey && "нбуо".includes(BY_PLACE[event.code] || " ")) {
    event.preventDefault();
    return amount(cell, BY_PLACE[event.code]);
  }
  const letter = /^(Digit|Numpad)[2-5]$/.test(event.code) ? event.code.at(-1) : BY_PLACE[event.code];
  if (letter) {
    event.preventDefault();
    if (key(cell, letter)) {
      if (slot === 1) move(cell, 1, 0);
      else slot = 1;
    }
  } else if (ARROWS[event.key]) {
    event.preventDefault();
    move(cell, ...ARROWS[event.key]);
  } else if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    edge(cell, event.key === "End");
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    clear(cell);
  } else if (event.key === " ") {
    event.preventDefault();
    more(cell);
  } else if (event.key === "F2") {
    event.preventDefault();
    story();
  }
}

function more(cell) {
  const marks = marksOf(cell);
  const owed = marks.indexOf("•", 1);
  slot = owed > 0 ? owed + 1 : Math.min(marks.length + 1, 6);
  say(`Ещё одна отметка: нажмите 2–5, З или Х (${slot}-я в клетке).`, "saving");
}

// Pasting a block from a spreadsheet

function parse(text) {
  const found = { marks: [], absence: "" };
  if (/^\d+,\d+$/.test(text.trim())) return null; // «2,5» of a spreadsheet is an average, no two marks
  for (const word of text.trim().toLowerCase().split(/[\s,;/]+/).filter(Boolean)) {
    const whole = WORDS[word] || word;
    const letter = /^[нбуо]\d{1,2}$/.test(whole) ? whole[0] : whole;
    if (letter.length === 1 && !onlyAbsence && MARKS.includes(letter)) found.marks.push(letter);
    else if (letter.length === 1 && "нбуо".includes(letter) && !found.absence) found.absence = whole;
    else return null;
  }
  return found;
}

function paste(event) {
  const cell = event.target;
  if (!isCell(cell)) return;
  event.preventDefault();
  const refused = [];
  blockOf(event).slice(0, 200).forEach((line, down) => {
    line.slice(0, 100).forEach((text, right) => {
      const target = body.rows[cell.parentNode.sectionRowIndex + down]?.cells[cell.cellIndex + right];
      const found = text.trim() ? parse(text) : { marks: [], absence: "" };
      if (!found || (text.trim() && !isOpen(target))) return refused.push(text.trim());
      found.marks.forEach((mark, number) => write(target, number + 1, mark));
      if (found.absence) write(target, "absence", found.absence);
    });
  });
  if (refused.length) say(`Не вставлено (${refused.length}): ${refused.slice(0, 5).join(", ")}. Допустимы ${onlyAbsence ? "" : "2–5, з, х, "}н, б, у, о, н1 (часов), о15 (минут).`, "refused");
}

// The past of a cell

const storyDialog = page.querySelector(".grid-story");

async function story() {
  if (!current) return say("Сначала выберите клетку.", "refused");
  const place = storyDialog.querySelector("div");
  place.textContent = "Загружается…";
  storyDialog.showModal();
  const url = page.dataset.past.replace("/0/cell/0/", `/${lessonOf(current)}/cell/${studentOf(current)}/`);
  const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  const data = answer?.ok ? await answer.json() : null;
  if (!data) place.textContent = "Не удалось прочитать историю. Проверьте связь и повторите.";
  else if (!data.past.length) place.textContent = "В этой клетке ещё ничего не писали.";
  else place.replaceChildren(...data.past.map(storyLine));
}

function storyLine(entry) {
  const line = document.createElement("p");
  const change = `${entry.what}: ${entry.old || "пусто"} → ${entry.new || "пусто"}`;
  line.textContent = `${entry.at} · ${entry.by} · ${change}${entry.reason ? ` · ${entry.reason}` : ""}`;
  return line;
}

// A touch keypad, and the buttons of a row

const pad = page.querySelector(".grid-pad");
const PAD = onlyAbsence ? ["н", "б", "у", "о", "ч/м", "⌫", "↓"] : [..."5432", "з", "х", "+", "н", "б", "у", "о", "ч/м", "⌫", "↓"];
const NAMES = { "ч/м": "Сколько часов или минут", "+": "Ещё одна отметка", "⌫": "Очистить", "↓": "Вниз", н: "Отсутствует", б: "Болен", у: "Уважительная причина", о: "Опоздал", з: "Зачёт", х: "Незачёт" };

for (const letter of PAD) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = letter;
  button.setAttribute("aria-label", NAMES[letter] || `Отметка ${letter}`);
  button.addEventListener("click", () => {
    if (!current) return;
    if (letter === "+") more(current);
    else if (letter === "ч/м") amount(current);
    else if (letter === "⌫") clear(current);
    else if (letter === "↓") move(current, 1, 0);
    else if (key(current, letter)) {
      if (slot === 1) move(current, 1, 0);
      else slot = 1;
    }
  });
  pad.append(button);
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-key]");
  if (!button || event.detail > 1) return; // a double click is no second press
  const cell = [...button.closest("tr").cells].find(isCell);
  const letter = button.dataset.key;
  if (cell !== current) slot = 1;
  if (MARKS.includes(letter) && read(cell, 1) === letter) write(cell, 1, "");
  else key(cell, letter);
});

for (const button of document.querySelectorAll(".take")) {
  button.addEventListener("click", ({ detail }) => detail > 1 || toggle(columns.find((head) => head.dataset.l)));
}

table.addEventListener("keydown", pressed);
table.addEventListener("paste", paste);
table.addEventListener("click", (event) => focus(event.target.closest("td")));
undoButton.addEventListener("click", undo);
page.querySelector(".grid-past").addEventListener("click", story);
page.querySelector(".grid-much").addEventListener("click", () => amount(current));

for (const change of queue.restore()) {
  const cell = cellOf(change);
  if (!cell) continue;
  if (change.s === null) tick(cell, change.n === "1");
  else {
    stored.set(`${change.l}:${change.s}:${change.f}`, read(cell, change.f));
    show(cell, change.f, change.n);
    cell.classList.add("wait");
  }
}

const today = columns.findLast((head) => head.classList.contains("now")) || columns.findLast((head) => head.dataset.l && !head.classList.contains("ro"));
const first = today && body.rows[0]?.cells[today.cellIndex];
if (first) {
  first.tabIndex = 0;
  current = first;
  if (page.dataset.focus !== undefined) first.focus();
  const box = page.querySelector(".grid-box");
  const showToday = () => {
    const right = today.getBoundingClientRect().right - box.getBoundingClientRect().left;
    if (right > box.clientWidth * 0.8) box.scrollLeft += right - box.clientWidth * 0.8;
  };
  // A week that is over is read from its Monday on.
  if (today.classList.contains("now") || !today.closest(".group-week")) {
    addEventListener("load", showToday, { once: true });
    showToday();
  }
}

export { queue, undo };
