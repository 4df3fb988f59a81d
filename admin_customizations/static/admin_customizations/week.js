// The weekly grid: a line is taken by a click or Enter and put down in another cell.
// The server says where it may stand, moves it, and draws the table anew.

let page = document.querySelector(".week-page");
let isPutting = false; // a second click on the way puts nothing
let carried = null; // {chip, query, why: {"1-3": words}}

const $ = (selector) => page.querySelector(selector);
const say = (words, kind = "") => {
  const line = $(".week-state");
  if (line) Object.assign(line, { textContent: words }).dataset.kind = kind;
};
const cellKey = (cell) => `${cell.dataset.w}-${cell.dataset.n}`;

// What a chip is, as the server names it: a line, or a course that has none yet.
const query = (chip) => {
  const { line, course, subgroup, teacher } = chip.dataset;
  const since = page.dataset.since;
  return line ? { line, since } : { course, subgroup, teacher, since };
};

async function ask(url, options) {
  const answer = await fetch(url, options).catch(() => null);
  if (!answer) return { error: "Нет связи с сервером. Попробуйте ещё раз." };
  if (answer.redirected) return { error: "Вход закончился: обновите страницу и войдите снова." };
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok && !found.error) found.error = "Действие не выполнено: нет прав или строку уже изменили. Обновите страницу.";
  return found;
}

const send = (url, values) =>
  ask(url, { method: "POST", headers: { "X-CSRFToken": page.dataset.token }, body: new URLSearchParams(values) });

function drop() {
  if (!carried) return;
  carried.chip.setAttribute("aria-pressed", "false");
  page.classList.remove("carrying");
  for (const cell of page.querySelectorAll("td")) {
    delete cell.dataset.free;
    delete cell.dataset.why;
    cell.removeAttribute("title");
  }
  $(".week-does").hidden = true;
  carried = null;
}

async function take(chip) {
  const same = carried?.chip === chip;
  drop();
  if (same) return say("Отпущено.");
  carried = { chip, query: query(chip), why: null };
  const mine = carried;
  chip.setAttribute("aria-pressed", "true");
  page.classList.add("carrying");
  $(".week-does").hidden = !chip.dataset.line;
  say(`Взято: ${chip.querySelector("b").textContent}. Выберите клетку; Esc — отпустить.`);
  const found = await ask(`${page.dataset.free}?${new URLSearchParams(carried.query)}`);
  if (carried !== mine) return;
  if (found.error) return say(found.error, "bad");
  carried.why = found.cells;
  for (const cell of page.querySelectorAll("td")) {
    const why = found.cells[cellKey(cell)];
    if (why) Object.assign(cell, { title: why }).dataset.why = "";
    else cell.dataset.free = "";
  }
}

async function put(cell) {
  if (isPutting) return;
  const { query: what, why } = carried;
  const reason = why?.[cellKey(cell)];
  if (reason) return say(reason, "bad");
  const url = what.line ? page.dataset.move : page.dataset.place;
  const at = cellKey(cell);
  say("Сохраняется…");
  isPutting = true;
  try {
    await finish(await send(url, { ...what, weekday: cell.dataset.w, number: cell.dataset.n }), at);
  } finally {
    isPutting = false;
  }
}

// Says what came of it; a change is drawn by the server.
async function finish(done, at) {
  if (done.error) return say(done.error, "bad");
  drop();
  await draw();
  const told = [done.said, ...(done.warnings || [])].join(" ");
  say(told, done.warnings?.length ? "warn" : "good");
  const cell = at && [...page.querySelectorAll("td")].find((one) => cellKey(one) === at);
  (cell || $("td"))?.focus();
}

async function draw() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".week-page");
  if (!fresh) return location.reload();
  page.replaceWith(fresh);
  page = fresh;
  start();
}

async function edit() {
  const pk = carried.chip.dataset.line;
  const answer = await fetch(`${page.dataset.line.replace("/0/", `/${pk}/`)}?since=${page.dataset.since}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return say("Форма не открылась: обновите страницу.", "bad");
  const box = $(".week-form");
  box.firstElementChild.innerHTML = await answer.text();
  const form = box.querySelector("form");
  form.querySelector("[data-close]").onclick = () => box.close();
  form.onsubmit = async (event) => {
    event.preventDefault();
    const done = await send(form.action, new FormData(form));
    if (done.error) {
      const line = form.querySelector("[data-error]");
      Object.assign(line, { textContent: done.error, hidden: false });
      return;
    }
    box.close();
    await finish(done);
  };
  box.showModal();
}

async function removeLine() {
  const what = carried.query;
  const name = carried.chip.querySelector("b").textContent;
  if (!confirm(`Убрать «${name}» из расписания с ${what.since.split("-").reverse().join(".")}? Будущие занятия по этой строке будут отменены.`)) return;
  await finish(await send(page.dataset.remove, what));
}

const DOES = { edit, remove: removeLine, drop: () => { drop(); say("Отпущено."); } };

function clicked(event) {
  const does = event.target.closest("[data-do]");
  if (does) return DOES[does.dataset.do]();
  const chip = event.target.closest("button.chip");
  const cell = event.target.closest("table.week td");
  if (carried && cell) {
    if (cell.contains(carried.chip)) return take(carried.chip);
    return put(cell);
  }
  if (chip) return take(chip);
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function pressed(event) {
  if (event.target.closest("dialog")) return;
  if (event.key === "Escape" && carried) return DOES.drop();
  const cell = event.target.closest("table.week td");
  if (!cell) return;
  const step = STEPS[event.key];
  if (step) {
    event.preventDefault();
    const rows = [...page.querySelectorAll("table.week tbody tr")];
    const row = rows.indexOf(cell.parentElement) + step[0];
    const next = rows[row]?.cells[cell.cellIndex + step[1]];
    if (next?.matches("td")) {
      next.focus();
      if (carried) say(carried.why?.[cellKey(next)] || "Здесь свободно: Enter — поставить.", carried.why?.[cellKey(next)] ? "bad" : "good");
    }
    return;
  }
  if (event.key !== "Enter" || event.target !== cell) return;
  event.preventDefault();
  if (carried) cell.contains(carried.chip) ? DOES.drop() : put(cell);
  else {
    const chip = cell.querySelector("button.chip");
    if (chip) take(chip);
  }
}

function start() {
  page.addEventListener("click", clicked);
  page.addEventListener("keydown", pressed);
  const first = $("table.week td");
  if (first) first.tabIndex = 0;
}

document.querySelector(".week-choice select")?.addEventListener("change", (event) => event.target.form.submit());
if ($(".week-bar")) start();
