// The reader in a notebook: one article, or two side by side, with filters and numbers on demand.
// The pages come from Python as HTML in which every text is escaped; nothing is fetched.

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const labelled = (text, control) => make("label", {}, text, control);

const fill = (select, options, chosen) => {
  select.replaceChildren(
    ...options.map(([value, text]) => {
      const option = make("option", { value }, text);
      option.selected = value === chosen;
      return option;
    })
  );
};

function render({ model, el }) {
  const pages = model.get("pages");
  const first = make("select", { "aria-label": "article" });
  const second = make("select", { "aria-label": "article beside it" });
  const outlet = make("select", { "aria-label": "outlet" });
  const measure = make("select", { "aria-label": "measure" });
  const weight = make("input", {
    type: "range", min: "0", max: "1", step: "0.05", value: String(model.get("threshold")),
    "aria-label": "least weight of a mark",
  });
  const cuts = make("input", { type: "checkbox", "aria-label": "show what was cut" });
  cuts.checked = true;
  const shown = make("div", { class: "oa-pair" });
  const numbers = make("div", { class: "oa-numbers", role: "status", "aria-live": "polite" });
  const tools = make(
    "div", { class: "oa-tools", role: "toolbar", "aria-label": "filters of the reader" },
    labelled("outlet", outlet), labelled("article", first), labelled("beside it", second),
    labelled("measure", measure), labelled("least weight", weight), labelled("cuts", cuts)
  );
  const style = make("style", {}, model.get("looks"));
  el.replaceChildren(style, tools, shown, numbers);

  const measures = [...new Set(pages.map((page) => page.measure))];
  const outlets = [...new Set(pages.map((page) => page.outlet))].sort();
  const of = (name) =>
    pages.filter((page) => page.measure === measure.value && (!name || page.outlet === name));

  const list = () => {
    const mine = of(outlet.value);
    const kept = mine.some((page) => page.id === model.get("first")) ? model.get("first") : mine[0]?.id;
    fill(first, mine.map((page) => [page.id, page.title]), kept);
    const others = of("").map((page) => [page.id, `${page.outlet}: ${page.title}`]);
    fill(second, [["", "none"], ...others], model.get("second"));
  };

  const filter = () => {
    for (const mark of shown.querySelectorAll("mark.oa-mark")) {
      const off = Math.abs(Number(mark.dataset.weight)) < Number(weight.value);
      mark.classList.toggle("oa-off", off);
      mark.tabIndex = off ? -1 : 0;
    }
    for (const cut of shown.querySelectorAll("del")) cut.hidden = !cuts.checked;
    const on = shown.querySelectorAll("mark.oa-mark:not(.oa-off)").length;
    numbers.textContent = `${on} marks shown. Choose one (click, or Tab and Enter) for its numbers.`;
  };

  const show = () => {
    const html = [first.value, second.value]
      .map((id) => pages.find((page) => page.id === id && page.measure === measure.value))
      .filter(Boolean)
      .map((page) => page.html);
    shown.innerHTML = html.join("");
    filter();
  };

  const tell = (mark) => {
    numbers.textContent = `“${mark.textContent}”: ${mark.dataset.about}`;
    model.set("chosen", mark.textContent);
    model.save_changes();
  };

  const keep = () => {
    model.set("first", first.value);
    model.set("second", second.value);
    model.save_changes();
    show();
  };

  fill(measure, measures.map((name) => [name, name.replaceAll("_", " ")]), measures[0]);
  fill(outlet, [["", "all outlets"], ...outlets.map((name) => [name, name])], "");
  outlet.addEventListener("change", () => { list(); keep(); });
  measure.addEventListener("change", () => { list(); show(); });
  first.addEventListener("change", keep);
  second.addEventListener("change", keep);
  weight.addEventListener("input", () => {
    model.set("threshold", Number(weight.value));
    model.save_changes();
    filter();
  });
  cuts.addEventListener("change", filter);
  shown.addEventListener("click", (event) => {
    const mark = event.target.closest("mark.oa-mark:not(.oa-off)");
    if (mark) tell(mark);
  });
  shown.addEventListener("keydown", (event) => {
    const mark = event.target.closest("mark.oa-mark:not(.oa-off)");
    if (!mark) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      tell(mark);
    }
    event.stopPropagation(); // the notebook has keys of its own
  });
  list();
  show();
}

export default { render };
