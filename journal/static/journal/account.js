// Sign-in: show the typed password, and warn of Caps Lock.
document.querySelectorAll(".reveal").forEach((box) => {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  const show = (open) => {
    input.type = open ? "text" : "password";
    button.textContent = open ? "Скрыть" : "Показать";
    button.setAttribute("aria-pressed", open);
  };
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  show(false);
  box.append(button);
  input.form.addEventListener("submit", () => show(false));

  const hint = document.createElement("p");
  hint.className = "help warn";
  hint.setAttribute("role", "status");
  box.after(hint);
  const look = (event) => {
    const on = event.getModifierState && event.getModifierState("CapsLock");
    hint.textContent = on ? "Включён Caps Lock" : "";
  };
  input.addEventListener("keyup", look);
  input.addEventListener("keydown", look);
});
