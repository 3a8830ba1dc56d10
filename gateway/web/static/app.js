// Live pages: when the node says that something changed, the parts marked data-live are fetched again and put in place.
// Everything works without this file; it only saves reloading, sending twice, and losing what was typed.
"use strict";
(() => {
  const said = document.querySelector("[data-live-state]");
  const tell = (which) => {
    if (!said) return;
    said.hidden = false;
    said.textContent = said.dataset[which];
    said.classList.toggle("off", which !== "on");
  };

  let fetching = false, again = false;
  const refresh = async () => {
    if (!document.querySelector("[data-live]")) return;
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch(location.href, { headers: { "x-live": "1" }, credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of document.querySelectorAll("[data-live]")) {
        const now = fresh.getElementById(old.id);
        // Whoever works in a part keeps it as it is.
        if (now && !old.contains(document.activeElement) && !old.querySelector("details[open]") && old.innerHTML !== now.innerHTML) old.replaceWith(now);
      }
    } catch { tell("off"); } finally {
      fetching = false;
      if (again) { again = false; refresh(); }
    }
  };

  const from = document.body.dataset.liveFrom;
  if (from && document.querySelector("[data-live]")) {
    const stream = new EventSource(from);
    stream.addEventListener("open", () => tell("on"));
    stream.addEventListener("error", () => tell("off"));
    stream.addEventListener("changed", refresh);
    stream.addEventListener("ended", () => { stream.close(); tell("ended"); });
    addEventListener("pagehide", () => stream.close());
    addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });
  }

  // A double click sends once.
  document.addEventListener("submit", (sent) => {
    const form = sent.target, by = `${sent.submitter?.name}=${sent.submitter?.value}`;
    // Another button of the same form, as for a second file, is no second click.
    if (form.dataset.sent === by) { sent.preventDefault(); return; }
    form.dataset.sent = by;
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });

  // Leaving a form with unsent words asks first.
  let unsent = false;
  document.addEventListener("input", (typed) => { if (typed.target.closest("form[data-words]")) unsent = true; });
  document.addEventListener("submit", () => { unsent = false; });
  addEventListener("beforeunload", (left) => { if (unsent) left.preventDefault(); });

  for (const button of document.querySelectorAll("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // An open menu closes by Escape or by a click elsewhere.
  document.addEventListener("keydown", (key) => {
    if (key.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (click) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(click.target)) menu.open = false;
  });
})();
