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
  const measures = model.get("measures"); // [name, words, least weight to begin with]
  const first = make("select", { "aria-label": "article" });
  const second = make("select", { "aria-label": "article beside it" });
  const outlet = make("select", { "aria-label": "outlet" });
  const measure = make("select", { "aria-label": "measure" });
  const weight = make("input", {
    type: "range", min: "0", max: "1", step: "0.05", value: String(model.get("threshold")),
    "aria-label": "least weight of a mark",
  });
  const least = make("output", {}, "");
  const cuts = make("input", { type: "checkbox", "aria-label": "show what was cut" });
  cuts.checked = true;
  const shown = make("div", { class: "oa-pair" });
  const numbers = make("div", { class: "oa-numbers", role: "status", "aria-live": "polite" });
  const tools = make(
    "div", { class: "oa-tools", role: "toolbar", "aria-label": "filters of the reader" },
    labelled("outlet", outlet), labelled("article", first), labelled("beside it", second),
    labelled("marked", measure), make("label", {}, "least weight", weight, least),
    labelled("cuts", cuts)
  );
  const style = make("style", {}, model.get("looks"));
  el.replaceChildren(style, tools, numbers, shown);

  const outlets = [...new Set(pages.map((page) => page.outlet))].sort();
  const of = (name) => pages.filter((page) => !name || page.outlet === name);

  const list = () => {
    const mine = of(outlet.value);
    const kept = mine.some((page) => page.id === model.get("first")) ? model.get("first") : mine[0]?.id;
    fill(first, mine.map((page) => [page.id, page.title]), kept);
    const others = pages.map((page) => [page.id, `${page.outlet}: ${page.title}`]);
    fill(second, [["", "none"], ...others], model.get("second"));
  };

  // Of each measure one kind of mark; "all" shows every measure's.
  const filter = () => {
    const floor = Number(weight.value);
    least.textContent = floor.toFixed(2);
    for (const mark of shown.querySelectorAll("mark.oa-mark")) {
      const other = measure.value !== "all" && mark.dataset.measure !== measure.value;
      const off = other || Math.abs(Number(mark.dataset.weight)) < floor;
      mark.classList.toggle("oa-off", off);
      mark.tabIndex = off ? -1 : 0;
      if (mark.classList.contains("oa-frame")) mark.hidden = off;
      if (mark.classList.contains("oa-actor") && mark.nextElementSibling?.matches(".oa-toward")) {
        mark.nextElementSibling.hidden = off;
      }
    }
    for (const cut of shown.querySelectorAll("del")) cut.hidden = !cuts.checked;
    const on = shown.querySelectorAll("mark.oa-mark:not(.oa-off)").length;
    const both = shown.querySelectorAll("button.oa-note").length / 2;
    const claims = shown.children.length === 2 ? ` Both articles carry ${both} ${both === 1 ? "claim" : "claims, numbered alike"}.` : "";
    numbers.textContent =
      `${on} marks shown.${claims} Choose a mark or a number (click, or Tab and Enter).`;
  };

  // Claims that both pages carry get one number; the number leads to the other page's sentence.
  const align = () => {
    const sides = [...shown.children];
    if (sides.length < 2) return;
    const carried = (side) => {
      const spans = new Map();
      for (const span of side.querySelectorAll(".oa-claim")) {
        for (const claim of span.dataset.claim.split(" ")) {
          if (claim && !spans.has(claim)) spans.set(claim, span);
        }
      }
      return spans;
    };
    const [left, right] = sides.map(carried);
    let number = 0;
    for (const [claim, span] of left) {
      if (!right.has(claim)) continue;
      number += 1;
      const pair = [span, right.get(claim)].map((place, side) => {
        const where = side ? "left" : "right";
        const note = make("button", {
          type: "button", class: "oa-note", "aria-label": `claim ${number}: go to it on the ${where}`,
        }, `[${number}]`);
        place.before(note, " ");
        return note;
      });
      for (const side of sides) {
        for (const place of side.querySelectorAll(".oa-claim")) {
          if (place.dataset.claim.split(" ").includes(claim)) place.classList.add("oa-carried");
        }
      }
      pair.forEach((note, side) => {
        const other = pair[1 - side];
        note.addEventListener("click", () => {
          other.scrollIntoView({ block: "nearest" });
          other.focus();
          numbers.textContent = `Claim ${other.textContent}: both articles carry it.`;
        });
      });
    }
  };

  const show = () => {
    const html = [...new Set([first.value, second.value])]
      .map((id) => pages.find((page) => page.id === id))
      .filter(Boolean)
      .map((page) => page.html);
    shown.innerHTML = html.join("");
    align();
    filter();
  };

  const tell = (mark) => {
    numbers.textContent = `“${mark.textContent}”: ${mark.dataset.about}`;
    model.set("chosen", `${mark.textContent}: ${mark.dataset.about}`);
    model.save_changes();
  };

  const keep = () => {
    model.set("first", first.value);
    model.set("second", second.value);
    model.save_changes();
    show();
  };

  const names = measures.map(([name, words]) => [name, words]);
  fill(measure, names.length > 1 ? [...names, ["all", "all of these"]] : names, model.get("measure"));
  fill(outlet, [["", "all outlets"], ...outlets.map((name) => [name, name])], "");
  outlet.addEventListener("change", () => { list(); keep(); });
  measure.addEventListener("change", () => {
    const own = measures.find(([name]) => name === measure.value)?.[2];
    weight.value = String(own ?? Math.max(0, ...measures.map((one) => one[2])));
    model.set("measure", measure.value);
    model.set("threshold", Number(weight.value));
    model.save_changes();
    filter();
  });
  first.addEventListener("change", keep);
  second.addEventListener("change", keep);
  weight.addEventListener("input", () => {
    model.set("threshold", Number(weight.value));
    model.save_changes();
    filter();
  });
  cuts.addEventListener("change", filter);
  const markOf = (event) => event.target.closest("mark.oa-mark:not(.oa-off)");
  shown.addEventListener("click", (event) => {
    const mark = markOf(event);
    if (mark) tell(mark);
  });
  el.addEventListener("keydown", (event) => {
    const mark = markOf(event);
    if (mark && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      tell(mark);
    }
    event.stopPropagation(); // the notebook has keys of its own
  });
  list();
  show();
}

export default { render };
