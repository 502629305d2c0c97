// What the pages do more with JavaScript. Without it every page works the same: links, forms, reloads.
"use strict";

const rows = () => [...document.querySelectorAll("[data-rows] > tbody > tr, [data-rows] > li")];
let at = -1;

function stand(place) {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(place, all.length - 1));
  all.forEach((row, number) => row.classList.toggle("here", number === at));
  all[at].querySelector("a[href]").focus({ preventScroll: true });
  all[at].scrollIntoView({ block: "nearest" });
}

function help() {
  const dialog = document.getElementById("keys");
  if (dialog) dialog.open ? dialog.close() : dialog.showModal();
}

const KEYS = {
  j: () => stand(at + 1),
  k: () => stand(at < 0 ? 0 : at - 1),
  "/": () => document.querySelector("[data-key='/']")?.focus(),
  "?": help,
};

const ROOMS = { o: "/", s: "/signals", r: "/repeats", w: "/wins", a: "/same-answers", m: "/remedies", c: "/changes" };
let going = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = event.target.closest("input, select, textarea, [contenteditable]");
  if (field) {
    if (event.key === "Escape") field.blur();
    return;
  }
  if (Date.now() < going && ROOMS[event.key]) {
    event.preventDefault();
    location.assign(ROOMS[event.key]);
    return;
  }
  going = event.key === "g" ? Date.now() + 1200 : 0;
  const act = document.querySelector("dialog[open]") && event.key !== "?" ? null : KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) help();
  if (event.target.id === "keys") event.target.close();
});

// A row that has the focus is the row the keys stand on.
document.addEventListener("focusin", (event) => {
  const found = rows().findIndex((row) => row.contains(event.target));
  if (found >= 0) at = found;
});

// Choosing is asking: a filter holds as soon as it is chosen. What is blank does not stand in the address.
for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("change", (event) => event.target.matches("select, [type=date]") && form.requestSubmit());
  form.addEventListener("formdata", (event) => {
    for (const [name, words] of [...event.formData]) if (!words) event.formData.delete(name);
  });
}

// News: what is listed is fetched anew, unless somebody is at work in it. Only the page in front listens: browsers allow few streams.
const live = document.querySelectorAll("[data-live]");
let stream = null;
let soon = 0;

async function renew() {
  if ([...live].some((part) => part.contains(document.activeElement) && part.querySelector(":focus-visible"))) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-live]");
  live.forEach((part, place) => fresh[place] && part.replaceChildren(...fresh[place].childNodes));
  at = -1;
}

function listen() {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource("/v1/stream");
    stream.addEventListener("signal", () => {
      clearTimeout(soon);
      soon = setTimeout(() => renew().catch(() => {}), 400);
    });
  }
}

if (live.length) {
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => stream?.close());
  listen();
}
