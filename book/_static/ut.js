// Light or dark, as the reader chose; what a word means, where it stands; and the comment button, which says where
// on the page they are.
"use strict";
const root = document.documentElement;
try { root.dataset.theme = localStorage.getItem("theme") || ""; } catch { /* the store is closed */ }
root.style.visibility = "hidden"; // until all of it is there and the typeface is read: so that nothing moves
const faces = ["", "bold ", "italic "].map((style) => document.fonts?.load(`${style}1em "Atkinson Hyperlegible"`));
document.addEventListener("DOMContentLoaded", () => {
  Promise.all(faces).finally(() => { root.style.visibility = ""; });
  const theme = document.querySelector(".ut-theme");
  theme.style.visibility = "visible";
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    root.dataset.theme = dark === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* until the page is left */ }
  });
  const means = document.createElement("div");
  Object.assign(means, { className: "ut-means", popover: "auto", tabIndex: -1, role: "dialog" });
  for (const term of means.showPopover ? document.querySelectorAll("a[data-means]") : []) {
    term.role = "button";
    term.ariaHasPopup = "dialog";
    term.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); term.click(); }
    });
    term.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const [name, said, more] = ["strong", "p", "a"].map((kind) => document.createElement(kind));
      name.textContent = means.ariaLabel = term.textContent;
      said.textContent = term.dataset.means;
      more.textContent = "Words explained";
      more.href = term.href;
      means.replaceChildren(name, said, more);
      term.after(means);
      means.showPopover();
      const at = term.getBoundingClientRect();
      const below = at.bottom + 8 + means.offsetHeight < innerHeight;
      means.style.top = `${Math.max(8, below ? at.bottom + 8 : at.top - 8 - means.offsetHeight)}px`;
      means.style.left = `${Math.max(8, Math.min(at.left, innerWidth - means.offsetWidth - 8))}px`;
      means.focus();
    });
  }
  const comment = document.querySelector(".ut-comment");
  const begins = () => { // on the first screen the answer stands where the button would
    root.classList.toggle("ut-begins", scrollY < 8 && root.scrollHeight > 1.1 * innerHeight);
  };
  addEventListener("scroll", begins, { passive: true });
  begins();
  comment?.addEventListener("click", () => {
    const above = [...document.querySelectorAll("article h2, article h3")]
      .filter((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
    const address = new URL(comment.href);
    if (above.length) address.searchParams.set("section", above.at(-1).textContent.slice(0, 99));
    comment.href = address;
  });
});
