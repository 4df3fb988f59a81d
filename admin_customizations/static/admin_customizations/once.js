// A form goes once: the answer to a second press would only say that it is stored already.
// After a pause it goes again, since a file that comes leaves its form on the page.
{
  const PAUSE = 5000;
  let sent = new WeakMap(); // form -> the button and the moment

  addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    const last = sent.get(form);
    if (last?.button === button && Date.now() - last.at < PAUSE) event.preventDefault();
    else sent.set(form, { button, at: Date.now() });
  });
  addEventListener("pageshow", () => (sent = new WeakMap()));
}
