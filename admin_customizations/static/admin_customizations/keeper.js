// A table that is not stored yet: kept in the browser until the server has it whole.
import { isSignedOut, post } from "./sending.js";

const PREFIX = "journal.sheet.";
const PAUSE = 900;

const plain = (rows) => rows.map(({ id, cells }) => ({ id, cells: [...cells] }));

export class Keeper {
  // `stored`, `refused`, `conflict`: what the server answered; `say(name, words)`: the state line.
  constructor(given) {
    Object.assign(this, given);
    this.wait = 1000;
    this.place = `${PREFIX}${this.user}.${this.url}`;
    this.waiting = null;
    this.number = false;
    this.isSending = false;
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => {
      if (this.waiting || this.isSending) event.preventDefault();
    });
  }

  // Refused cells stay in the browser too.
  get isStored() {
    return !this.waiting && !this.isSending && localStorage.getItem(this.place) === null;
  }

  // What this person typed and the server never got; another person's is dropped.
  restore(show) {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX) && !name.startsWith(`${PREFIX}${this.user}.`)) localStorage.removeItem(name);
    }
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.place));
    } catch {
      localStorage.removeItem(this.place);
    }
    if (!kept) return;
    const now = { version: this.version, rows: this.base, by: "другой человек", at: "пока вас не было" };
    const rows = show(kept.rows);
    if (kept.version === now.version) return this.put(rows);
    this.base = kept.base;
    this.settle(rows, now);
  }

  keep(rows) {
    const all = { version: this.version, base: plain(this.base), rows: plain(rows) };
    try {
      localStorage.setItem(this.place, JSON.stringify(all));
    } catch {
      this.say("trouble", "В браузере нет места: не закрывайте страницу, пока таблица не сохранится.");
    }
  }

  put(rows, number = false) {
    this.waiting = rows;
    this.number ||= number;
    this.keep(rows);
    this.say("saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), number ? 0 : PAUSE);
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.isSending || !this.waiting) return;
    const sent = this.waiting.map((row) => ({ ...row, cells: this.isBlank(row) ? row.cells.map(() => "") : [...row.cells] }));
    const { number } = this;
    this.waiting = null;
    this.number = false;
    this.isSending = true;
    let answer = null;
    try {
      answer = await post(this.url, this, { base: this.version, rows: plain(sent), number });
    } catch {
      return this.again(sent, number, "offline");
    }
    if (isSignedOut(answer)) return this.again(sent, number, "signed-out");
    const found = await answer.json().catch(() => null);
    this.isSending = false;
    if (!found) return this.again(sent, number, answer.status === 403 ? "signed-out" : "trouble");
    this.wait = 1000;
    if (answer.status === 200) return this.done(sent, found);
    if (answer.status === 409) {
      this.number ||= number;
      return this.settle(this.waiting || sent, found);
    }
    if (found.errors) {
      if (!this.waiting) this.refused(sent, found.errors);
      return this.waiting && this.put(this.waiting);
    }
    this.say("refused", found.error || "Не сохранено. Обновите страницу.");
  }

  done(sent, found) {
    this.version = found.version;
    this.base = sent.flatMap((_, i) => (found.ids[i] === null ? [] : [{ id: found.ids[i], cells: found.cells[i] }]));
    this.stored(sent, found);
    if (this.waiting) return this.put(this.waiting);
    localStorage.removeItem(this.place);
    this.say("saved");
  }

  // Both have written: their table becomes the base, ours goes on top of it.
  async settle(mine, theirs) {
    this.waiting = null;
    this.isSending = true;
    const { base } = this;
    const rows = await this.conflict(base, mine, theirs);
    this.isSending = false;
    this.version = theirs.version;
    this.base = theirs.rows;
    this.put(rows);
  }

  // Nothing is lost: what was typed meanwhile stands, the rest goes again, but not unsigned.
  again(sent, number, name) {
    this.isSending = false;
    this.waiting ||= sent;
    this.number ||= number;
    this.say(name);
    if (name === "signed-out") return;
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, 15000);
  }
}
