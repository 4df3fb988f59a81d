// Rows that are ticked or sorted into columns, from the keyboard.
const form = document.querySelector("form.ticks");
const all = form?.querySelector(".tick-all");
const rows = () => [...(form?.querySelectorAll("tbody tr") ?? [])];
// Where the arrows lead in a row: from a text to the text below it, else to what is ticked.
const field = (row, from) =>
  (from?.type === "text" && row.cells[from.closest("td").cellIndex]?.querySelector("input[type=text]")) ||
  (row.querySelector("input:checked:not(:disabled)") ?? row.querySelector("input:not(:disabled, [type=hidden])"));

all?.addEventListener("change", () => {
  for (const tick of form.querySelectorAll(".tick:not(:disabled)")) tick.checked = all.checked;
});

const count = () => {
  for (const cell of form.querySelectorAll("[data-count]")) {
    const number = cell.dataset.count;
    cell.textContent = form.querySelectorAll(`input[type=radio][value="${number}"]:checked, [data-fixed="${number}"]`).length;
  }
};

form?.addEventListener("change", count);

form?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.dataset.press) {
    event.preventDefault();
    form.querySelector(`button[value="${event.target.dataset.press}"]`).click();
    return;
  }
  const row = event.target.closest("tbody tr");
  if (!row || event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const list = rows().filter((one) => field(one));
    const next = list[list.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) field(next, event.target).focus();
    return;
  }
  if (event.target.type !== "radio") return;
  const value = event.key === "Delete" || event.key === "Backspace" ? "0" : event.key;
  const radio = /^\d$/.test(value) && row.querySelector(`input[type=radio][value="${value}"]:not(:disabled)`);
  if (radio) {
    event.preventDefault();
    radio.checked = true;
    radio.focus();
    count();
  }
});

if (form) count();
