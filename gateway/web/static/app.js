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

  let fetching = false, again = false, ended = false;
  const end = () => { ended = true; tell("ended"); };
  const refresh = async () => {
    if (!document.querySelector("[data-live]")) return;
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch(location.href, { headers: { "x-live": "1" }, credentials: "same-origin" });
      if (answer.status === 401) end();
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
    // A browser keeps few lines to one address, for all its windows: only a page that somebody looks at holds one.
    let stream = null, missed = false;
    const rest = () => { if (stream) stream.close(); stream = null; missed = true; };
    const listen = () => {
      if (stream || ended || document.hidden) return;
      const opened = stream = new EventSource(from);
      opened.addEventListener("open", () => { tell("on"); if (missed) refresh(); missed = false; });
      opened.addEventListener("error", () => {
        tell("off");
        // A browser asks again by itself after a break, and never after a refusal.
        if (opened.readyState === EventSource.CLOSED && opened === stream) { rest(); refresh(); setTimeout(listen, 10000); }
      });
      opened.addEventListener("changed", refresh);
      opened.addEventListener("ended", () => { rest(); end(); });
    };
    listen();
    document.addEventListener("visibilitychange", () => { if (document.hidden) rest(); else listen(); });
    addEventListener("pagehide", rest);
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
