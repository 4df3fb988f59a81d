// What was typed and is not yet stored: kept in the browser until the server answers.
// Changes are {l: lesson, s: student|null, f: field, o: old, n: new, c: confirmed}.
import { isSignedOut, post } from "./sending.js";

const KEPT = /^journal\.(cells|results)\./;
const PAUSE = 200;
const MOST = 300;

export const keyOf = (change) => `${change.l}:${change.s ?? ""}:${change.f}`;

export class Queue {
  // `answered(change, result)` for each answer; `state(name, count)` for the status line.
  // `name` tells apart what is kept for different addresses.
  constructor({ user, url, token, answered, state, name = "cells" }) {
    Object.assign(this, { user, url, token, answered, state });
    this.kept = `journal.${name}.${user}`;
    this.pending = new Map();
    this.sending = new Map();
    this.reason = "";
    this.wait = 1000;
    addEventListener("online", () => this.flush());
    addEventListener("focus", () => this.pending.size && this.flush());
    addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  get busy() {
    return this.pending.size + this.sending.size > 0;
  }

  has(change) {
    const key = keyOf(change);
    return this.pending.has(key) || this.sending.has(key);
  }

  // What this person typed before the session ended; another person's is dropped.
  restore() {
    for (const name of Object.keys(localStorage)) {
      if (KEPT.test(name) && !name.endsWith(`.${this.user}`)) localStorage.removeItem(name);
    }
    let kept = [];
    try {
      kept = JSON.parse(localStorage.getItem(this.kept) || "[]");
    } catch {
      kept = [];
    }
    for (const change of kept) this.pending.set(keyOf(change), change);
    if (kept.length) this.later();
    return kept;
  }

  keep() {
    const all = [...this.sending.values(), ...this.pending.values()];
    if (all.length) localStorage.setItem(this.kept, JSON.stringify(all));
    else localStorage.removeItem(this.kept);
  }

  put(change) {
    const key = keyOf(change);
    const earlier = this.pending.get(key) || this.sending.get(key);
    if (earlier) change.o = this.sending.has(key) ? this.sending.get(key).n : earlier.o;
    if (change.n === change.o && !this.sending.has(key)) this.pending.delete(key);
    else this.pending.set(key, change);
    this.keep();
    this.later();
  }

  later(pause = PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), pause);
    this.state(this.busy ? "saving" : "saved", this.pending.size);
  }

  send(url, changes) {
    return post(url, this, { changes, reason: this.reason });
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.sending.size || !this.pending.size) return;
    const batch = [...this.pending.values()].slice(0, MOST);
    for (const change of batch) {
      this.pending.delete(keyOf(change));
      this.sending.set(keyOf(change), change);
    }
    let answer;
    try {
      answer = await this.send(this.url, batch);
    } catch {
      return this.again("offline");
    }
    if (isSignedOut(answer)) return this.again("signed-out", 0);
    const data = await answer.json().catch(() => null);
    if (!data?.results) {
      const csrf = answer.status === 403;
      return this.again(csrf ? "signed-out" : "trouble", csrf ? 0 : undefined);
    }
    this.wait = 1000;
    this.sending.clear();
    data.results.forEach((result, place) => {
      const change = batch[place];
      const newer = this.pending.get(keyOf(change));
      if (newer && [200, 409].includes(result.status)) newer.o = result.value;
      this.answered(change, result, Boolean(newer));
    });
    this.keep();
    if (this.pending.size) this.later(0);
    else this.state("saved", 0);
  }

  // Nothing is lost: the batch goes back, what was typed meanwhile stands.
  again(state, wait = this.wait) {
    const back = new Map(this.sending);
    this.sending.clear();
    for (const [key, change] of this.pending) {
      const first = back.get(key);
      back.set(key, first ? { ...change, o: first.o } : change);
    }
    this.pending = back;
    this.keep();
    this.state(state, this.pending.size);
    if (wait) {
      this.timer = setTimeout(() => this.flush(), wait);
      this.wait = Math.min(wait * 2, 15000);
    }
  }
}
