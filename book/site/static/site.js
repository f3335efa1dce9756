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

function say(element, attribute, text) {
  if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
}

// A slider is announced by its label and by the value beside it, not by a bare position.
function nameControls() {
  for (const slider of document.querySelectorAll(".widget-slider")) {
    const handle = slider.querySelector(".noUi-handle");
    if (!handle) continue;
    say(handle, "aria-label", slider.querySelector(".widget-label").textContent);
    say(handle, "aria-valuetext", slider.querySelector(".widget-readout").textContent);
  }
  for (const player of document.querySelectorAll(".widget-play")) {
    const names = ["Play or pause", "Back to the start"];
    names.forEach((name, i) => say(player.querySelectorAll("button")[i], "aria-label", name));
  }
}
new MutationObserver(nameControls).observe(document, {
  childList: true,
  characterData: true,
  subtree: true,
  attributeFilter: ["aria-valuetext"],
});

// An equation that is wider than the page can be scrolled from the keyboard.
function letWideEquationsHaveFocus() {
  for (const box of document.querySelectorAll("div.math")) {
    if (box.scrollWidth > box.clientWidth) say(box, "tabindex", "0");
    else box.removeAttribute("tabindex");
  }
}
addEventListener("resize", letWideEquationsHaveFocus);
addEventListener("load", () => window.MathJax?.startup?.promise.then(letWideEquationsHaveFocus));
