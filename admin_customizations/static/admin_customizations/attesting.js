// A sheet of attestation: what its table of results has besides that of term marks.
import { page, rows, settle } from "./results.js";

const totals = page.querySelector(".totals");
const shares = (page.dataset.table || "").split(" ").filter(Boolean).map((pair) => pair.split(":").map(Number));
const NAMES = { 5: "отлично", 4: "хорошо", 3: "удовлетворительно", 2: "неудовлетворительно", з: "зачтено", х: "не зачтено", "н/я": "не явились", "н/с": "не сдавали", "н/д": "не допущены" };
const markOf = (row) => row.querySelector("input.mark");

function sum() {
  const marks = rows.map((row) => markOf(row).value).filter(Boolean);
  const count = (mark) => marks.filter((one) => one === mark).length;
  const lines = [["Оценено", `${marks.length} из ${rows.length}`], ["Допущено", rows.length - count("н/д")]];
  for (const [mark, name] of Object.entries(NAMES)) if (count(mark)) lines.push([name, count(mark)]);
  totals.replaceChildren(
    ...lines.map(([name, number]) => {
      const span = document.createElement("span");
      span.textContent = `${name}: ${number}`;
      return span;
    }),
  );
}

// The same table by which the server gives the mark.
function markOfPoints(text) {
  if (!text) return "";
  const share = (100 * Number(text.replace(",", "."))) / Number(page.dataset.most);
  const passed = shares.filter(([, from]) => share >= from).map(([mark]) => mark);
  return String(Math.max(2, ...passed));
}

page.addEventListener("stored", ({ target }) => {
  if (target.dataset.f === "points" && shares.length) settle(markOf(target.closest("tr")), markOfPoints(target.value));
  if (target.dataset.f === "mark" && !target.value.startsWith("н/")) {
    const box = target.closest("tr").querySelector("[data-f=excused]");
    if (box.checked) settle(box, "");
  }
  sum();
});
page.addEventListener("put", sum);
sum();
