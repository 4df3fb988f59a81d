// A table of results: a mark a key, down the column; everything saved as typed.
// Rows are tr[data-s] (the student; data-p what is proposed, data-v the average, data-exam
// and data-together marks that are reasons of their own), fields
// are inputs with data-f; a sheet with other fields needs no other script.
import { blockOf } from "./blocks.js";
import { Queue } from "./queue.js";
import { stateLine } from "./stateline.js";

const page = document.querySelector(".results-page");
const rows = [...page.querySelectorAll("tr[data-s]")];
const marks = page.dataset.marks.split(" ");
const sign = document.querySelector(".results-sign");
// A key or a word means the first of these that this table knows.
const BY_PLACE = { KeyP: ["з"], BracketLeft: ["х"], KeyY: ["н/а", "н/я"], KeyJ: ["осв"], KeyL: ["н/д"], KeyC: ["н/с"] };
const WORDS = {
  н: ["н/а", "н/я"], на: ["н/а"], о: ["осв"], "осв.": ["осв"], зач: ["з"], зачёт: ["з"], зачет: ["з"], незач: ["х"],
  ня: ["н/я"], "не явился": ["н/я"], неявка: ["н/я"], д: ["н/д"], нд: ["н/д"], "не допущен": ["н/д"], с: ["н/с"], нс: ["н/с"], "не сдавал": ["н/с"],
};
const known = (means) => (means || []).find((mark) => marks.includes(mark));
const read = (text) => {
  const said = text.trim().toLowerCase();
  return known(WORDS[said]) || said;
};
const stored = new Map();

const studentOf = (input) => Number(input.closest("tr").dataset.s);
const isTick = (input) => input.type === "checkbox";
const valueOf = (input) => (isTick(input) ? (input.checked ? "1" : "") : input.value.trim());
const drawnIn = (input) => (isTick(input) ? (input.defaultChecked ? "1" : "") : input.defaultValue);
const had = (input) => stored.get(keyOf(input)) ?? drawnIn(input);
const keyOf = (input) => `${studentOf(input)}:${input.dataset.f}`;
const inputOf = (change) =>
  page.querySelector(`tr[data-s="${change.s}"] input[data-f="${change.f}"]`);

const line = page.querySelector(".grid-state");
const { say, state: stateWords, forget } = stateLine(line, page.dataset.login, ["refused"]);
let isSignAsked = false;

// What waited for the last answer is signed after it, unless something was refused.
function state(name, count) {
  stateWords(name, count);
  if (name === "saving") return;
  const isSigned = isSignAsked && name === "saved" && line.dataset.kind !== "refused";
  isSignAsked = false;
  if (isSigned) sign.requestSubmit();
}

function flash(input, kind) {
  input.classList.remove("wait", "ok", "bad");
  input.classList.add(kind);
  setTimeout(() => input.classList.remove(kind), kind === "ok" ? 700 : 4000);
}

function answered(change, result, isNewer) {
  const input = inputOf(change);
  if (result.status === 200) {
    stored.set(keyOf(input), result.value ?? change.n);
    if (!isNewer) flash(input, "ok");
    input.dispatchEvent(new CustomEvent("stored", { bubbles: true }));
    return;
  }
  if (isNewer) return;
  const value = result.status === 409 ? result.value : change.o;
  settle(input, value);
  flash(input, "bad");
  say(result.message || "Не сохранено.", "refused");
}

const queue = new Queue({
  user: page.dataset.user,
  url: page.dataset.save,
  token: page.dataset.token,
  name: page.dataset.store,
  answered,
  state,
});

function show(input, value) {
  if (isTick(input)) input.checked = value === "1";
  else input.value = value;
  far(input.closest("tr"));
}

// What the server has, without anything being sent.
function settle(input, value) {
  stored.set(keyOf(input), value);
  show(input, value);
}

function put(input, value) {
  show(input, value);
  input.dispatchEvent(new CustomEvent("put", { bubbles: true }));
  const old = had(input);
  if (value === old && !queue.busy) return;
  stored.set(keyOf(input), old);
  forget();
  const change = { l: 0, s: studentOf(input), f: input.dataset.f, o: old, n: value };
  queue.put(change);
  input.classList.toggle("wait", queue.has(change));
}

// A whole step from the average asks for its reason, as the server will at signing.
function far(row) {
  const mark = row.querySelector("input.mark").value;
  const { p: proposed, v: average, exam, together } = row.dataset;
  let is = Boolean(mark && proposed && ![proposed, exam, together].includes(mark));
  if (is && /[2-5]/.test(mark) && average) is = Math.abs(Number(mark) - Number(average)) >= 1;
  else if (is && "зх".includes(mark) && /[2-5]/.test(proposed)) is = (mark === "х") !== (proposed === "2");
  row.classList.toggle("far", is);
}

function move(input, step) {
  const place = rows.indexOf(input.closest("tr")) + step;
  const next = rows[place]?.querySelector(`input[data-f="${input.dataset.f}"]`);
  next?.focus();
  next?.select();
}

function pressed(event) {
  const input = event.target;
  if (event.ctrlKey && event.key === "Enter") return sign?.requestSubmit();
  if (event.ctrlKey || event.metaKey || event.altKey || !input.dataset.f) return;
  const isMark = input.classList.contains("mark");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(input, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (isMark && !input.value && input.closest("tr").dataset.p) {
      put(input, input.closest("tr").dataset.p);
    }
    move(input, 1);
  } else if (isMark && (event.key === "Delete" || event.key === "Backspace")) {
    event.preventDefault();
    put(input, "");
  } else if (isMark && event.key.length === 1) {
    event.preventDefault();
    const typed = known(/^(Digit|Numpad)[2-5]$/.test(event.code) ? [event.code.at(-1)] : BY_PLACE[event.code]);
    if (typed) {
      put(input, typed);
      move(input, 1);
    } else say(`Допустимо: ${marks.join(", ")}.`, "refused");
  }
}

function changed(event) {
  const input = event.target;
  if (!input.dataset?.f) return;
  if (!input.classList.contains("mark")) return put(input, valueOf(input));
  const mark = read(input.value);
  if (mark && !marks.includes(mark)) {
    input.value = had(input);
    say(`Допустимо: ${marks.join(", ")}.`, "refused");
  } else put(input, mark);
}

// A column copied from a spreadsheet: marks, or the texts of any other field.
function paste(event) {
  const input = event.target;
  if (!input.dataset?.f || isTick(input)) return;
  const block = blockOf(event);
  const isMark = input.classList.contains("mark");
  if (!isMark && block.length < 2) return;
  event.preventDefault();
  const refused = [];
  block.slice(0, rows.length).forEach((line, down) => {
    const target = rows[rows.indexOf(input.closest("tr")) + down]?.querySelector(`input[data-f="${input.dataset.f}"]`);
    if (!isMark && target) {
      const text = line[0].trim().slice(0, target.maxLength);
      // Two paragraphs of a letter must not write over the words about the next person.
      if (text && down && target.value && target.classList.contains("note")) refused.push(text);
      else if (text) put(target, text);
      return;
    }
    const mark = read(line[0]);
    if (!target || (mark && !marks.includes(mark))) refused.push(line.join("\t").trim());
    else if (mark) put(target, mark);
  });
  if (refused.length) say(`Не вставлено (${refused.length}): ${refused.slice(0, 5).join(", ")}.${isMark ? ` Допустимо: ${marks.join(", ")}.` : ""}`, "refused");
}

page.querySelector(".accept")?.addEventListener("click", () => {
  const empty = rows.filter((row) => row.dataset.p && !row.querySelector("input.mark").value);
  for (const row of empty) put(row.querySelector("input.mark"), row.dataset.p);
  if (!empty.length) say("Принимать нечего: пустых отметок с предложением нет.", "refused");
});
page.addEventListener("keydown", pressed);
page.addEventListener("change", changed);
page.addEventListener("paste", paste);

// What is not stored yet cannot be signed.
sign?.addEventListener("submit", (event) => {
  if (!queue.busy) {
    if (!confirm(sign.dataset.ask)) event.preventDefault();
    return;
  }
  event.preventDefault();
  isSignAsked = true;
  queue.flush();
});

for (const change of queue.restore()) {
  const input = inputOf(change);
  if (!input) continue;
  stored.set(keyOf(input), change.o);
  show(input, change.n);
  input.classList.add("wait");
}

// What was typed before this script came, over a slow network, is typed all the same.
for (const input of page.querySelectorAll("input[data-f]")) {
  if (!stored.has(keyOf(input)) && valueOf(input) !== drawnIn(input)) changed({ target: input });
}
sign?.querySelector("button").removeAttribute("disabled");

const first = rows.map((row) => row.querySelector("input.mark")).find((input) => input && !input.value);
if (first && document.activeElement === document.body && matchMedia("(pointer: fine)").matches) first.focus();

export { page, put, queue, rows, settle };
