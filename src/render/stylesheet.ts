/** How a page looks: in the colours of the reader's system, as wide as there is room, and whole on paper. */
export const STYLESHEET = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1f2328, #e6edf3);
  --quiet: light-dark(#59636e, #9198a1);
  --line: light-dark(#d1d9e0, #3d444d);
  --shade: light-dark(#f6f8fa, #151b23);
  --added: light-dark(#dafbe1, #12361f);
  --removed: light-dark(#ffebe9, #4b1113);
  --alarm: light-dark(#b3261e, #ff938a);
}
body {
  margin: 0 auto;
  padding: 1rem 1.5rem 3rem;
  max-width: 80rem;
  color: var(--ink);
  font: 0.9375rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
body > :first-child { margin-top: 0; }
h1 { margin-top: 3rem; padding-bottom: 0.3rem; border-bottom: 2px solid var(--line); font-size: 1.6rem; }
h2 { font-size: 1.4rem; }
h3 { margin-top: 2rem; font-size: 1.1rem; }
code, pre { font: 0.85em/1.45 ui-monospace, monospace; }
code { padding: 0.1em 0.3em; border-radius: 4px; background: var(--shade); white-space: break-spaces; }
pre { padding: 0.75rem; border-radius: 6px; background: var(--shade); white-space: pre-wrap; }
ins, del { text-decoration: none; }
ins { background: var(--added); }
del { background: var(--removed); }
i { color: var(--quiet); font-style: normal; }
.wide { margin: 0.75rem 0; overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.35rem 0.7rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
td { min-width: 5rem; }
th, td:first-child { overflow-wrap: normal; }
th { background: var(--shade); }
td > strong { color: var(--alarm); }
details { margin: 0.5rem 0; padding: 0 0.75rem; border: 1px solid var(--line); border-radius: 6px; }
summary { padding: 0.4rem 0; cursor: pointer; }
@media print {
  body { max-width: none; padding: 0; }
  details::details-content { display: block; content-visibility: visible; }
}
`;
