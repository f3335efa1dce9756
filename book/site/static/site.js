// The theme draws icons as SVG once; were it to go on, it would take from the play button the
// elements whose class that button changes.
window.FontAwesomeConfig = { observeMutations: false };

// MathJax 3 has no Hub, which the widgets call to typeset; there is nothing to typeset in ours.
document.addEventListener("DOMContentLoaded", () => {
  if (window.MathJax) window.MathJax.Hub ??= { Queue() {} };
});

// What search results quote comes from the bare text beside each page.
DOCUMENTATION_OPTIONS.FILE_SUFFIX = ".search";

// A copy of the book on a disk cannot read other pages for its search results, and has no copy of
// itself to offer.
if (location.protocol === "file:") {
  document.addEventListener("DOMContentLoaded", () => {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
    for (const link of document.querySelectorAll(".offline-copy")) link.remove();
  });
}

// Code is folded. One switch unfolds all that computes, on every page, until it is turned back.
document.addEventListener("DOMContentLoaded", () => {
  const code = document.querySelectorAll(".cell.computes > details.hide");
  if (!code.length) return;
  const box = Object.assign(document.createElement("input"), { type: "checkbox" });
  const label = Object.assign(document.createElement("label"), { className: "code-switch" });
  label.append(box, " Show the code");
  const unfold = () => code.forEach((cell) => (cell.open = box.checked));
  box.onchange = () => {
    unfold();
    localStorage.setItem("code", box.checked ? "shown" : "folded");
  };
  document.querySelector("article h1").after(label);
  box.checked = localStorage.getItem("code") === "shown"; // last: a reader may have forbidden it
  unfold();
});

// Chapters come first among what a search finds; what is said about them, after them.
document.addEventListener("DOMContentLoaded", () => {
  if (window.Scorer) Scorer.score = ([page, , , , score]) => score + (/^book\/0/.test(page) ? 50 : 0);
});

function say(element, attribute, text) {
  if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
}

// A slider is announced by its label and by the value beside it, not by a bare position. This value
// is text: what one could type there would not move the slider.
function nameControls() {
  for (const slider of document.querySelectorAll(".widget-slider")) {
    const handle = slider.querySelector(".noUi-handle");
    if (!handle) continue;
    const value = slider.querySelector(".widget-readout");
    say(value, "contenteditable", "false");
    say(handle, "aria-label", slider.querySelector(".widget-label").textContent);
    say(handle, "aria-valuetext", value.textContent);
  }
  for (const player of document.querySelectorAll(".widget-play")) {
    const names = ["Play or pause", "Back to the start"];
    names.forEach((name, i) => say(player.querySelectorAll("button")[i], "aria-label", name));
  }
}

// What a new picture shows is read out once it stays for a moment.
const heard = Object.assign(document.createElement("p"), {
  id: "new-picture", className: "visually-hidden", role: "status", ariaLive: "polite",
});
const shown = new Map();
let pause;
function tellOfNewPictures() {
  for (const box of document.querySelectorAll(".widget-subarea")) {
    const words = box.querySelector("img")?.alt;
    if (!words || shown.get(box) === words) continue;
    if (shown.has(box)) {
      clearTimeout(pause);
      pause = setTimeout(() => (heard.textContent = words), 300);
    }
    shown.set(box, words);
  }
}

new MutationObserver(() => {
  nameControls();
  tellOfNewPictures();
}).observe(document, {
  childList: true,
  characterData: true,
  subtree: true,
  attributeFilter: ["aria-valuetext", "contenteditable"],
});

// Sliders come to life once the text stands with its equations, and ask for the pictures of all
// their positions when they come near.
const kept = [];
const nearby = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    nearby.unobserve(target);
    for (const { src, dataset } of target.querySelectorAll("img.start"))
      for (let i = 0; i < dataset.frames; i++)
        kept.push(Object.assign(new Image(), { src: src.replace(/[^/]*$/, `${i}.png`) }));
  }
}, { rootMargin: "100%" });
addEventListener("load", () => {
  document.body.append(heard);
  const widgets = document.querySelector('link[rel="prefetch"][as="script"]');
  if (!widgets) return;
  const onload = () => dispatchEvent(new Event("load")); // for which the widgets wait
  document.body.append(Object.assign(document.createElement("script"), { src: widgets.href, onload }));
  for (const start of document.querySelectorAll("img.start")) nearby.observe(start.parentElement);
}, { once: true });

// An equation that is wider than the page can be scrolled from the keyboard.
function letWideEquationsHaveFocus() {
  const fills = (box) => box.clientWidth >= box.parentElement.clientWidth; // its line
  for (const box of document.querySelectorAll("div.math, span.math")) {
    const whole = box.matches("div") || fills(box);
    if (whole && box.scrollWidth > box.clientWidth) say(box, "tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}
addEventListener("resize", letWideEquationsHaveFocus);
addEventListener("load", () => window.MathJax?.startup?.promise.then(letWideEquationsHaveFocus));
