// “Have your say” without a server: comments stay in this browser until their writer saves them to a file.
// What was written is only ever put on the page as text.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form.ut-say");
  if (!form) return;
  const KEY = "ut-research comments";
  const kept = document.querySelector(".ut-kept");
  const list = kept.querySelector("ol");
  const status = form.querySelector(".ut-status");
  const field = (name) => form.elements.namedItem(name);
  let memory = null; // in place of the browser's store, where that is closed or full

  const load = () => {
    try {
      const text = memory ?? localStorage.getItem(KEY);
      const found = JSON.parse(text);
      return Array.isArray(found) ? found.filter((c) => c && typeof c.comment === "string") : [];
    } catch { return []; }
  };
  const store = (comments) => {
    const text = JSON.stringify(comments);
    try { localStorage.setItem(KEY, text); memory = null; return true; } catch { memory = text; return false; }
  };
  const say = (words) => { status.textContent = words; };
  const wrong = (name, is) => {
    const note = document.getElementById(`${field(name).id}-wrong`);
    note.textContent = is ? note.dataset.says : "";
    field(name).setAttribute("aria-invalid", is);
    return is;
  };
  const today = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  };
  const show = () => {
    const comments = load();
    list.replaceChildren(...comments.map((comment, at) => {
      const item = document.createElement("li");
      const place = [comment.page, comment.section].filter(Boolean).join(": ");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `Remove comment ${at + 1}`;
      button.addEventListener("click", () => {
        const now = load();
        now.splice(at, 1);
        store(now);
        show();
        say("Removed.");
        field("comment").focus();
      });
      item.append(`${place}\n${comment.comment}\n`, button);
      return item;
    }));
    kept.hidden = comments.length === 0;
  };

  const asked = new URLSearchParams(location.search);
  for (const name of ["page", "section"]) {
    if (asked.get(name)) field(name).value = asked.get(name).slice(0, field(name).maxLength);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const comment = { date: today() };
    for (const name of ["page", "section", "comment", "name"]) {
      const text = field(name).value.trim();
      if (text) comment[name] = text;
    }
    const missing = ["page", "comment"].filter((name) => wrong(name, !comment[name]));
    if (missing.length) {
      say("");
      field(missing[0]).focus();
      return;
    }
    const lasting = store([...load(), comment]);
    field("comment").value = "";
    show();
    say(lasting ? "Kept on this device. Save the file when you are done."
      : "Kept until you close this page. Save the file now.");
  });
  kept.querySelector(".ut-save").addEventListener("click", () => {
    const file = { kind: KEY, version: 1, comments: load() };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1) + "\n"], { type: "application/json" }));
    link.download = `comments-${today()}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(`Saved as ${link.download}. Now hand that file in.`);
  });
  const share = kept.querySelector(".ut-share");
  share.hidden = !navigator.share;
  share.addEventListener("click", () => {
    const text = load().map((comment) => [comment.page, comment.section, comment.comment].filter(Boolean).join("\n"));
    navigator.share({ title: document.title, text: text.join("\n\n") }).catch(() => {}); // they chose not to
  });
  kept.querySelector(".ut-clear").addEventListener("click", () => {
    if (!confirm("Remove all your comments from this device? Comments that are not in a file are lost.")) return;
    store([]);
    show();
    say("Nothing is kept on this device now.");
  });
  form.noValidate = true; // what is missing is told beside its box
  form.classList.add("ut-on"); // its buttons do something now, and their place was kept
  form.querySelector(".ut-print").addEventListener("click", () => print());
  show();
});
