// Computes in the reader's browser what the page could not have drawn beforehand.
(() => {
  const { src, dataset } = document.currentScript;
  const cells = [...document.querySelectorAll(".cell_input pre")].map((pre) => ({ pre }));
  const ACTIVE = {
    explore: "Compute here: any value",
    experiment_form: "Compute here: your numbers",
    "exercises.check": "Check here",
    "claims.check": "Compute here",
  };
  const called = /^(explore|experiment_form|exercises\.check|claims\.check)\(/m;
  if (location.protocol === "file:" || !cells.some(({ pre }) => called.test(pre.textContent))) return;

  // --- Python

  const waiting = new Map();
  const SIGN = 200; // milliseconds on a button: more than passing over it
  let worker;
  let last = 0;
  let stage = "Waiting"; // what Python said last

  function start() {
    const started = new Worker(new URL(`compute-worker.js?${new URLSearchParams(dataset)}`, src));
    started.onmessage = ({ data: { id, progress, ...answer } }) => {
      if (progress) {
        stage = progress;
        return waiting.size && showProgress(stage);
      }
      waiting.get(id)(answer);
      waiting.delete(id);
      if (!waiting.size) showProgress("");
    };
    started.onerror = () => stop("Python could not be loaded");
    return started;
  }

  // Python starts while a mouse rests on a button, or the keyboard is there, unless data are dear.
  function startSoon(button) {
    let timer;
    const soon = () => { timer ??= setTimeout(() => { worker ??= start(); }, SIGN); };
    const never = () => { timer = clearTimeout(timer); };
    if (navigator.connection?.saveData) return;
    button.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && soon());
    button.addEventListener("focus", soon);
    button.addEventListener("pointerleave", never);
    button.addEventListener("blur", never);
  }

  function stop(reason) {
    worker?.terminate();
    worker = undefined;
    stage = "Waiting";
    for (const answer of waiting.values()) answer({ error: reason });
    waiting.clear();
    showProgress("");
  }

  function ask(call, ...parameters) {
    worker ??= start();
    letAllBeEdited();
    worker.postMessage({ id: ++last, call, parameters });
    return new Promise((resolve) => waiting.set(last, resolve));
  }

  // --- What a cell shows

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const said = make("span", { role: "status" });
  const progress = make("p", { className: "computing", hidden: true }, said, " ",
    make("button", { type: "button", textContent: "Stop", onclick: () => stop("Stopped.") }));
  function showProgress(text) {
    said.textContent = text && `${text} …`;
    progress.hidden = !text;
  }

  // An error in a line; to where else, if no browser can run it.
  function complain({ error, lacks }) {
    const line = make("p", { className: "compute-error", role: "alert" }, error);
    const binder = document.querySelector('a[href*="mybinder.org"]')?.href;
    if (lacks && binder) line.append(". ", make("a", { href: binder, textContent: "Open it on Binder" }), ".");
    return line;
  }

  async function run(cell) {
    const before = cell.output.querySelector("img")?.alt;
    cell.bar.after(progress);
    showProgress(stage);
    const shown = await ask("show", cells.map(({ pre }) => pre.textContent), cells.indexOf(cell));
    cell.output.setAttribute("aria-live", "polite");
    if (shown.error !== undefined) return cell.output.replaceChildren(complain(shown));
    if (shown.axes) explore(cell, shown);
    else cell.output.innerHTML = shown.html;
    for (const image of cell.output.querySelectorAll('img[alt="Computed here"]'))
      image.alt = before ? `${before} (computed here)` : image.alt;
    cell.output.append(make("p", { className: "computed" }, `${shown.with} ${shown.ready}`));
  }

  // Inputs for any values, above a picture.
  function explore(cell, shown) {
    const picture = make("div", { innerHTML: shown.html });
    const alarm = make("div");
    const values = {};
    let python = worker;
    let busy, again;
    async function draw() {
      if ((again = busy)) return;
      busy = true;
      do {
        again = false;
        cell.bar.after(progress);
        if (python !== worker || !worker) {
          const anew = await ask("show", cells.map(({ pre }) => pre.textContent), cells.indexOf(cell));
          if (anew.axes) [shown, python] = [anew, worker];
          else { alarm.replaceChildren(complain(anew)); continue; }
        }
        const answer = await ask("frame", shown.drawing, values);
        if (answer.error !== undefined) alarm.replaceChildren(complain(answer));
        else {
          alarm.replaceChildren();
          picture.innerHTML = answer.html;
          heard.textContent = picture.querySelector("img").alt;
        }
      } while (again);
      busy = false;
    }
    const heard = make("p", { className: "visually-hidden", role: "status" });
    const rows = shown.axes.map((axis) => {
      values[axis.name] = axis.values[axis.start];
      const set = (value) => { values[axis.name] = value; draw(); };
      return row(axis, set);
    });
    cell.output.removeAttribute("aria-live");
    cell.output.replaceChildren(...rows, alarm, picture, heard);
  }

  function row({ label, values, texts, start, fixed, whole }, set) {
    const name = make("span", { textContent: label });
    const number = make("input", { type: "number", step: whole ? 1 : "any", value: values[start], required: true });
    const setNumber = () => number.reportValidity() && set(Number(number.value));
    if (values.length === 1) {
      number.onchange = setNumber;
      return make("label", { className: "free field" }, name, number);
    }
    if (fixed) {
      const choice = make("select", { onchange: () => set(values[choice.selectedIndex]) },
        ...texts.map((text) => make("option", { textContent: text })));
      choice.selectedIndex = start;
      return make("label", { className: "free" }, name, choice);
    }
    const low = Math.min(...values), high = Math.max(...values);
    const wide = low > 0 && high / low >= 20; // in equal factors then
    const value = (x) => {
      const exact = wide ? low * (high / low) ** x : low + x * (high - low);
      return whole ? Math.round(exact) : Number(exact.toPrecision(4));
    };
    const place = (y) => (wide ? Math.log(y / low) / Math.log(high / low) : (y - low) / (high - low));
    const slider = make("input", { type: "range", min: 0, max: 1, step: 0.005, value: place(values[start]) });
    const tell = () => slider.setAttribute("aria-valuetext", number.value);
    slider.setAttribute("aria-label", label);
    slider.oninput = () => { number.value = value(slider.value); tell(); set(Number(number.value)); };
    number.onchange = () => { slider.value = place(number.value); tell(); setNumber(); };
    tell();
    return make("div", { className: "free" }, name, slider,
      Object.assign(number, { ariaLabel: `${label}, any value` }));
  }

  // --- Cells that can be edited

  function edit(cell) {
    cell.pre.contentEditable = "plaintext-only";
    cell.pre.spellcheck = false;
    cell.pre.setAttribute("role", "textbox");
    cell.pre.setAttribute("aria-multiline", "true");
    cell.pre.setAttribute("aria-label", "Code, which can be changed");
  }

  function letAllBeEdited() {
    cells.forEach(edit);
  }

  function putBack(cell) {
    cell.pre.innerHTML = cell.code;
    cell.output.replaceChildren(...cell.children);
    changed(cell);
  }

  function changed(cell) {
    const same = cell.pre.textContent.trimEnd() === cell.text;
    cell.note.hidden = same;
    cell.runs.hidden = same && !cell.kind;
  }

  for (const cell of cells) {
    const box = cell.pre.closest(".cell");
    cell.output = box.querySelector(".cell_output") ?? box.appendChild(make("div", { className: "cell_output" }));
    cell.children = [...cell.output.childNodes];
    [cell.code, cell.text] = [cell.pre.innerHTML, cell.pre.textContent.trimEnd()];
    cell.kind = cell.text.match(called)?.[1];
    cell.runs = make("button", {
      type: "button", className: "compute", textContent: ACTIVE[cell.kind] ?? "Run here", onclick: () => run(cell),
    });
    startSoon(cell.runs);
    cell.note = make("span", {}, "Changed. ",
      make("button", { type: "button", textContent: "Put back", onclick: () => putBack(cell) }));
    cell.bar = make("p", { className: "compute-bar" }, cell.runs, " ", cell.note);
    cell.pre.oninput = () => changed(cell);
    cell.pre.onkeydown = (event) => {
      if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey)) return;
      event.preventDefault();
      run(cell);
    };
    cell.output.before(cell.bar);
    changed(cell);
    if (cell.kind === "exercises.check") edit(cell);
  }
})();
