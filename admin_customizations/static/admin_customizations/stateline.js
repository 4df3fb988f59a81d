// The line that says whether everything typed is stored, for tables that save as one types.
const TEXTS = {
  saved: "Всё сохранено",
  saving: "Сохраняется…",
  offline: "Нет связи. Набранное хранится здесь и уйдёт, когда связь вернётся.",
  trouble: "Сервер не отвечает. Набранное хранится здесь, отправим ещё раз.",
};

// `stays`: kinds of words that «Всё сохранено» does not wipe away; `forget` does.
export function stateLine(line, login, stays) {
  const say = (text, kind = "") => {
    line.textContent = text;
    line.dataset.kind = kind;
  };
  const state = (name, count) => {
    if (name === "signed-out") {
      say("Сеанс завершён, набранное сохранится. ", "bad");
      const link = document.createElement("a");
      link.href = `${login}?next=${encodeURIComponent(location.pathname + location.search)}`;
      link.textContent = "Войдите снова";
      line.append(link);
    } else if (name !== "saved" || !stays.includes(line.dataset.kind)) {
      say(count > 1 && name !== "saved" ? `${TEXTS[name]} (${count})` : TEXTS[name], name);
    }
  };
  const forget = () => {
    if (stays.includes(line.dataset.kind)) say("");
  };
  return { say, state, forget };
}
