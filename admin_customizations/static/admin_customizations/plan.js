// The table of a curriculum: typed like a spreadsheet, saved cell by cell in order.
import { isSignedOut, post } from "./sending.js";
import { stateLine } from "./stateline.js";

const PREFIX = "journal.plan.";
const page = document.querySelector(".plan-page");
const state = page.querySelector(".grid-state");
const places = ["table", "weeks", "warnings"];
const waiting = new Map(); // key → {i, s, f, o, n}
const refused = new Map(); // key → {n, message}
let sending = false;
let here = "";

const keyOf = (cell) => [cell.parentElement.dataset.i, cell.dataset.s, cell.dataset.f].join("|");
const cells = () => [...page.querySelectorAll("td[data-f]")];
const find = (key) => cells().find((cell) => keyOf(cell) === key);
const { say, state: stateWords } = stateLine(state, page.dataset.login, []);
const { user } = page.dataset;
const kept = `${PREFIX}${user}.${page.dataset.url}`;

// What is typed stays in the browser until the server answers; another person's is dropped.
function keep() {
  if (waiting.size) localStorage.setItem(kept, JSON.stringify([...waiting]));
  else localStorage.removeItem(kept);
}

function restore() {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${user}.`)) localStorage.removeItem(name);
  }
  try {
    for (const [key, change] of JSON.parse(localStorage.getItem(kept) || "[]")) waiting.set(key, change);
  } catch {
    localStorage.removeItem(kept);
  }
}

function dress() {
  for (const cell of cells()) {
    const key = keyOf(cell);
    cell.tabIndex = key === here ? 0 : -1;
    const change = waiting.get(key);
    const wrong = refused.get(key);
    cell.dataset.v ??= cell.textContent;
    cell.classList.toggle("wait", Boolean(change));
    cell.classList.toggle("bad", Boolean(wrong));
    if (change) cell.textContent = change.n;
    if (wrong) {
      cell.textContent = wrong.n;
      cell.title = wrong.message;
    }
  }
  if (!page.querySelector("td[tabindex='0']")) {
    const first = cells()[0];
    if (first) first.tabIndex = 0;
  }
}

function focus(cell) {
  if (!cell) return;
  for (const other of page.querySelectorAll("td[tabindex='0']")) other.tabIndex = -1;
  here = keyOf(cell);
  cell.tabIndex = 0;
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function step(cell, down, right) {
  const rows = [...cell.closest("table").rows].filter((row) => row.querySelector("td[data-f]"));
  const line = rows.indexOf(cell.parentElement);
  if (down) {
    const row = rows[line + down];
    const to = row && [...row.cells].find((one) => one.cellIndex === cell.cellIndex);
    return to?.dataset.f ? to : null;
  }
  const own = [...cell.parentElement.cells].filter((one) => one.dataset.f);
  return own[own.indexOf(cell) + right] ?? null;
}

function put(cell, text) {
  const key = keyOf(cell);
  const value = text.trim().slice(0, 20);
  const old = cell.dataset.v;
  const [i, s, f] = key.split("|");
  refused.delete(key);
  cell.removeAttribute("title");
  if (value === old) waiting.delete(key);
  else waiting.set(key, { i: i ? Number(i) : null, s: Number(s), f, o: old, n: value });
  cell.textContent = value;
  dress();
  send();
}

async function send() {
  keep();
  if (sending || !waiting.size || page.querySelector("td input")) return;
  sending = true;
  const batch = [...waiting.entries()].slice(0, 400);
  say("Сохраняется…", "saving");
  try {
    const answer = await post(page.dataset.url, page.dataset, { semester: Number(page.dataset.semester), cells: batch.map(([, change]) => change) });
    if (isSignedOut(answer)) {
      sending = false;
      return stateWords("signed-out");
    }
    const data = await answer.json();
    if (!data.results) {
      say(data.error || "Не сохранено. Обновите страницу.", "bad");
      sending = false;
      return;
    }
    data.results.forEach((result, place) => {
      const [key, change] = batch[place];
      if (waiting.get(key) === change) waiting.delete(key);
      if (result.status !== 200) refused.set(key, { n: change.n, message: result.message });
    });
    keep();
    const focused = page.contains(document.activeElement);
    if (!page.querySelector("td input")) {
      for (const name of places) {
        const place = document.getElementById(`plan-${name}`);
        if (place) place.innerHTML = data[name];
      }
    }
    dress();
    if (focused && here && !page.querySelector("td input")) find(here)?.focus({ preventScroll: true });
    const first = [...refused.values()][0];
    say(first ? first.message : "Сохранено", first ? "refused" : "");
  } catch {
    say("Нет связи: введённое не сохранено, повторим через несколько секунд.", "offline");
    setTimeout(send, 4000);
    sending = false;
    return;
  }
  sending = false;
  if (waiting.size) send();
}

function edit(cell, text) {
  const before = cell.textContent;
  const input = document.createElement("input");
  input.value = text ?? before;
  input.maxLength = 20;
  input.setAttribute("aria-label", "Значение ячейки");
  if (cell.dataset.f !== "form") input.inputMode = "decimal";
  cell.textContent = "";
  cell.append(input);
  input.focus();
  if (text === undefined) input.select();
  let open = true;
  const close = (keep) => {
    if (!open) return;
    open = false;
    const said = input.value;
    input.remove();
    cell.textContent = before;
    if (keep) put(cell, said);
    else send();
  };
  input.addEventListener("blur", () => close(true));
  input.addEventListener("keydown", (event) => {
    const moves = { Enter: [event.shiftKey ? -1 : 1, 0], Tab: [0, event.shiftKey ? -1 : 1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    event.stopPropagation();
    if (event.key === "Escape") {
      close(false);
      focus(cell);
    } else if (moves[event.key]) {
      event.preventDefault();
      const to = step(cell, ...moves[event.key]);
      if (to) here = keyOf(to);
      else here = keyOf(cell);
      close(true);
      focus(find(here));
    }
  });
}

page.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("td[data-f]");
  if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], Enter: [event.shiftKey ? -1 : 1, 0] };
  if (event.key === "Tab") {
    const to = step(cell, 0, event.shiftKey ? -1 : 1);
    if (!to) return;
    event.preventDefault();
    focus(to);
  } else if (moves[event.key]) {
    event.preventDefault();
    focus(step(cell, ...moves[event.key]));
  } else if (event.key === "F2") {
    event.preventDefault();
    edit(cell);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    put(cell, "");
  } else if (event.key === "Escape" && refused.has(keyOf(cell))) {
    refused.delete(keyOf(cell));
    cell.textContent = cell.dataset.v;
    cell.removeAttribute("title");
    dress();
  } else if (event.key.length === 1) {
    event.preventDefault();
    edit(cell, event.key);
  }
});
page.addEventListener("focusin", (event) => {
  const cell = event.target.closest("td[data-f]");
  if (!cell) return;
  here = keyOf(cell);
  const wrong = refused.get(here);
  if (wrong) say(wrong.message, "refused");
});
page.addEventListener("click", (event) => {
  const cell = event.target.closest("td[data-f]");
  if (!cell || event.target.tagName === "INPUT") return;
  const again = document.activeElement === cell && here === keyOf(cell) && cell.dataset.seen;
  for (const other of page.querySelectorAll("[data-seen]")) delete other.dataset.seen;
  focus(cell);
  cell.dataset.seen = "1";
  if (again || event.pointerType === "touch") edit(cell);
});
page.addEventListener("paste", (event) => {
  const cell = event.target.closest?.("td[data-f]");
  if (!cell || event.target !== cell) return;
  event.preventDefault();
  let start = cell;
  for (const line of event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/)) {
    let to = start;
    for (const text of line.split("\t")) {
      if (!to) break;
      const key = keyOf(to);
      const [i, s, f] = key.split("|");
      const value = text.trim().slice(0, 20);
      refused.delete(key);
      if (value !== to.dataset.v) waiting.set(key, { i: i ? Number(i) : null, s: Number(s), f, o: to.dataset.v, n: value });
      to = step(to, 0, 1);
    }
    start = step(start, 1, 0);
    if (!start) break;
  }
  dress();
  send();
});
for (const name of ["online", "focus"]) addEventListener(name, send);
addEventListener("beforeunload", (event) => {
  if (waiting.size || sending) event.preventDefault();
});
restore();
dress();
send();
