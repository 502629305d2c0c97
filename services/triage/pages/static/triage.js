/* Reads while one types. Without it the form is sent, and the same page comes back. */
(() => {
  "use strict";

  // A pause of so many milliseconds is waited for, but nobody who types on and on waits longer than LONG for the next reading.
  const WAIT = 200, LONG = 700, AGAIN = 2000, PATIENCE = 15000, LONGEST = 20000, NEAR = 18000;
  const at = (id) => document.getElementById(id);
  const form = at("form"), text = at("text"), reading = at("reading"), trouble = at("trouble"), count = at("count"), key = at("key");
  const fields = ["subject", "channel", "product", "plan"];
  let isAsking = false, isDue = false, timer = 0, since = 0, last = "";

  at("press").hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const example = event.submitter && event.submitter.dataset.text;
    if (example) {
      form.querySelectorAll(".known input, .known select").forEach((field) => { field.value = ""; });
      text.value = example;
      text.scrollTop = 0;
    }
    soon(0);
  });
  form.addEventListener("input", (event) => {
    if (event.target === key) last = "";
    soon(WAIT);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) soon(0);
  });
  measure();
  if (text.value.trim() && !reading.querySelector(".glance")) soon(0);

  function soon(milliseconds) {
    clearTimeout(timer);
    measure();
    const now = performance.now();
    since = since || now;
    timer = setTimeout(read, Math.max(0, Math.min(milliseconds, since + LONG - now)));
  }

  // One question at a time: whoever types fast takes no more than one of triage's places.
  async function read() {
    since = 0;
    isDue = isAsking;
    if (isAsking) return;
    const length = [...text.value].length;
    if (!text.value.trim()) return clear();
    if (length > LONGEST) return fail(`The text is ${(length - LONGEST).toLocaleString("en")} characters too long.`, text);
    if (key && !key.value.trim()) return fail("Triage asks for a key here before it reads anything.", key, true);
    const body = JSON.stringify(contact());
    if (body === last) return settle();
    isAsking = true;
    reading.setAttribute("aria-busy", "true");
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch("/v1/preview", { method: "POST", headers: headers(), body, signal, credentials: "omit" });
      if (answer.ok) {
        show(await answer.text());
        last = body;
      } else {
        await refused(answer);
      }
    } catch (error) {
      fail("Triage does not answer. It is asked again until it does.");
      again(AGAIN);
    }
    isAsking = false;
    if (isDue) soon(0);
  }

  function headers() {
    const said = { "Accept": "text/html", "Content-Type": "application/json" };
    if (key) said.Authorization = `Bearer ${key.value.trim()}`;
    return said;
  }

  function contact() {
    const said = { text: text.value };
    for (const name of fields) if (at(name).value.trim()) said[name] = at(name).value.trim();
    const value = at("annual_value").valueAsNumber;
    if (value >= 0) said.annual_value = value;
    if (at("rating").value) said.rating = { score: Number(at("rating").value), scale: 5 };
    return said;
  }

  async function refused(answer) {
    const problem = await answer.json().catch(() => ({}));
    if (answer.status === 503) {
      fail("Triage is busy. It is asked again in a moment.");
      again(1000 * Number(answer.headers.get("Retry-After") || 2));
    } else if (answer.status === 401 || answer.status === 403) {
      fail(problem.detail || "This key does not open it.", key);
    } else {
      const wrong = (problem.invalid_params || []).map((one) => `${one.name}: ${one.reason}`).join("; ");
      fail(wrong || problem.detail || "That could not be read.");
    }
  }

  function again(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(read, milliseconds);
  }

  // The server has escaped every word; nothing here is put together from what was typed.
  function show(words) {
    reading.innerHTML = words;
    settle();
    at("status").textContent = reading.querySelector("[data-said]").textContent;
  }

  function clear() {
    last = "";
    reading.replaceChildren(at("empty").content.cloneNode(true));
    settle();
    at("status").textContent = "";
  }

  function settle() {
    reading.removeAttribute("aria-busy");
    reading.classList.remove("stale");
    trouble.hidden = true;
    for (const field of [text, key]) if (field) field.removeAttribute("aria-invalid");
  }

  function fail(words, field, isQuiet) {
    settle();
    last = "";
    reading.classList.add("stale");
    (field === key && key ? key : text).closest(".field").after(trouble);
    trouble.textContent = words;
    trouble.hidden = false;
    trouble.classList.toggle("quiet", Boolean(isQuiet));
    if (field) field.setAttribute("aria-invalid", "true");
  }

  function measure() {
    const length = [...text.value].length;
    count.hidden = length < NEAR;
    count.textContent = `${length.toLocaleString("en")} of ${LONGEST.toLocaleString("en")}`;
  }
})();
