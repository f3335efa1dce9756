// Sliders and buttons above a picture: set back, linked to as they stand, kept to compare.
(() => {
  const begun = new WeakMap(); // positions at the start, of each picture

  const controlsOf = (area) => [...area.querySelectorAll(".widget-slider, .widget-toggle-buttons")];
  const trackOf = (control) => control.querySelector(".noUi-target")?.noUiSlider;
  const choicesOf = (control) => [...control.querySelectorAll(".widget-toggle-button")];
  const chosen = (choice) => choice.classList.contains("mod-active");

  const position = (control) => {
    const track = trackOf(control);
    return track ? Math.round(track.get()) : choicesOf(control).findIndex(chosen);
  };
  const positions = (area) => controlsOf(area).map(position);

  // One after the other: the widgets build the picture for the first anew before the second.
  async function move(area, to) {
    for (const [i, control] of controlsOf(area).entries()) {
      const [track, choice] = [trackOf(control), choicesOf(control)[to[i]]];
      if (position(control) === to[i] || !(track || choice)) continue;
      const next = nextPicture(area);
      if (track) track.set(to[i]);
      else choice.click();
      await next;
    }
  }

  function nextPicture(area) {
    const shown = () => area.querySelector("img")?.alt;
    const before = shown();
    return new Promise((done) => {
      new MutationObserver((_, observer) => {
        if ([undefined, before].includes(shown())) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(done)); // in which they end what they do
      }).observe(area, { childList: true, subtree: true, attributeFilter: ["alt"] });
    });
  }

  // --- A row of buttons below each picture

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // In the order of the page, while some are still to be drawn.
  const places = () => [
    ...document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]'),
  ].map((script) => script.parentElement);
  const areaIn = (place) => place?.querySelector(".widget-subarea:has(img)");

  function address(area) {
    const at = new URL(location);
    const number = places().indexOf(area.parentElement) + 1;
    at.searchParams.set("setting", [number, ...positions(area)].join("."));
    at.hash = "";
    return at.href;
  }

  function keep(area, kept) {
    const picture = area.querySelector("img").cloneNode();
    const remove = make("button", { type: "button", textContent: "Remove" });
    remove.onclick = () => kept.replaceChildren();
    kept.replaceChildren(make("p", {}, "Kept to compare: ", remove), picture);
  }

  function equip(area) {
    const said = make("span", { role: "status" });
    const kept = make("div", { className: "kept" });
    const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
    if (!begun.has(area)) begun.set(area, positions(area));
    area.after(kept, make("div", { className: "settings" },
      button("Reset", () => move(area, begun.get(area))),
      button("Link to this setting", () => {
        history.replaceState(null, "", address(area));
        navigator.clipboard?.writeText(location.href).catch(() => {});
        said.textContent = "The address of this page now leads to this setting.";
      }),
      button("Keep to compare", () => keep(area, kept)), said));
  }

  // --- What the address asks for

  let asked = new URL(location).searchParams.get("setting")?.split(".").map(Number);
  let quiet;
  function obey() {
    const area = areaIn(places()[asked?.[0] - 1]);
    if (!area || !begun.has(area)) return;
    move(area, asked.slice(1));
    asked = undefined;
    if (!location.hash) area.scrollIntoView({ block: "center" });
  }

  // --- Buttons that say which of them is chosen

  function say(element, attribute, text) {
    if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
  }

  function nameChoices() {
    for (const control of document.querySelectorAll(".widget-toggle-buttons")) {
      say(control, "role", "group");
      say(control, "aria-label", control.querySelector(".widget-label").textContent);
      for (const choice of choicesOf(control)) say(choice, "aria-pressed", String(chosen(choice)));
    }
  }

  new MutationObserver(() => {
    nameChoices();
    for (const area of places().map(areaIn).filter(Boolean)) {
      const ready = controlsOf(area).every((control) => trackOf(control) || choicesOf(control).length);
      if (!area.parentElement.querySelector(":scope > .settings") && ready) equip(area);
    }
    clearTimeout(quiet);
    if (asked) quiet = setTimeout(obey, 500); // when nothing is being drawn any more
  }).observe(document, { childList: true, subtree: true, attributeFilter: ["class"] });
})();
