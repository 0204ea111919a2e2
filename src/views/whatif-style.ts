/** The style of the one-file what-if page: light and dark by the reader's setting, and fit to be printed. */
export const whatIfStyle = `
:root { color-scheme: light dark; --ink: #1c2127; --dim: #5b6570; --paper: #ffffff; --shade: #f2f4f6; --line: #c9d0d7;
  --good: #17713a; --warn: #8a5a00; --bad: #b3261e; --badshade: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --dim: #9aa5b0; --paper: #15191d; --shade: #1f252b; --line: #3b444d;
  --good: #6fcf8f; --warn: #e3b155; --bad: #ff8a80; --badshade: #3a2020; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1400px; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 28px 0 8px; }
p, li { max-width: 90ch; } code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
.dim { color: var(--dim); } .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.finding { border-left: 4px solid var(--bad); background: var(--badshade); padding: 8px 12px; margin: 8px 0; max-width: 100ch; }
.picture { overflow-x: auto; } svg.plan { width: 100%; min-width: 900px; height: auto; font: 11px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .title { font-weight: 700; font-size: 13px; } svg .note { fill: var(--dim); font-size: 10px; }
svg .phase { fill: var(--shade); } svg .step rect { fill: var(--paper); stroke: var(--line); } svg .step text { font-weight: 600; }
svg .step .note { font-weight: 400; } svg .stands-in rect { stroke-dasharray: 4 3; } svg .left-out { opacity: .45; }
svg .marked rect { stroke: var(--bad); stroke-width: 2; } svg .needs { fill: none; stroke: var(--dim); }
svg .gate { stroke: var(--bad); stroke-width: 3; } svg .gate-words { fill: var(--bad); font-weight: 700; font-size: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; } th, td { text-align: left; vertical-align: top; padding: 6px 8px; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--dim); font-weight: 600; } tbody th { background: var(--shade); font-weight: 600; padding-top: 10px; }
td ul { margin: 0; padding-left: 16px; } td.end { font-weight: 600; min-width: 9em; } td.after { white-space: nowrap; }
@media print { body { padding: 0; font-size: 10pt; max-width: none; } table { font-size: 8.5pt; } svg.plan { min-width: 0; }
  tr, .finding { break-inside: avoid; } thead { display: table-header-group; } @page { size: A4 landscape; margin: 12mm; }
  :root { color-scheme: light; --ink: #000; --dim: #444; --paper: #fff; --shade: #f2f4f6; --line: #bbb; --good: #17713a; --warn: #8a5a00; --bad: #b3261e; --badshade: #fdecea; } }
`;
