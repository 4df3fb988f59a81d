// A form goes once: the answer to a second press would only say that it is stored already.
// After a pause it goes again, since a file that comes leaves its form on the page.
const PAUSE = 5000;

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (Date.now() - Number(form.dataset.sent || 0) < PAUSE) event.preventDefault();
  else form.dataset.sent = Date.now();
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
