// The lesson's form: a chosen line of the plan writes its topic; Ctrl+Enter saves.
const form = document.querySelector("#lesson_form");
const planned = document.querySelector("#id_planned");
const topic = document.querySelector("#id_topic");

planned?.addEventListener("change", () => {
  const chosen = planned.selectedOptions[0];
  if (topic && planned.value) topic.value = chosen.textContent.replace(/^\d+\.\s*/, "").trim();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form?.requestSubmit();
  }
});
