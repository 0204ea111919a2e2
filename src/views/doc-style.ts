/** The style of the document: light and dark by the reader's setting; on paper A4, with the head of a table on each page. */
export const documentStyle = `
:root { color-scheme: light dark; --ink: #1c2127; --dim: #5b6570; --paper: #ffffff; --shade: #f2f4f6; --line: #c9d0d7; --link: #1a56b0;
  --warn: #8a5a00; --warnshade: #fff4dc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --dim: #9aa5b0; --paper: #15191d; --shade: #1f252b; --line: #3b444d;
  --link: #8ab4f8; --warn: #e3b155; --warnshade: #332a17; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1100px; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 26px; margin: 0 0 12px; } h2 { font-size: 20px; margin: 36px 0 8px; border-bottom: 2px solid var(--line); padding-bottom: 4px; }
h3 { font-size: 17px; margin: 24px 0 8px; } h4 { font-size: 15px; margin: 20px 0 6px; }
h1, h2, h3, h4, p, li, td div { overflow-wrap: anywhere; unicode-bidi: plaintext; }
p, li { max-width: 90ch; } nav ol { columns: 2; padding-left: 24px; } a { color: var(--link); }
pre { background: var(--shade); border: 1px solid var(--line); border-radius: 4px; padding: 8px 12px; margin: 6px 0; font: 13px/1.4 ui-monospace, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.warning { border-left: 4px solid var(--warn); background: var(--warnshade); padding: 8px 12px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; margin: 8px 0; }
th, td { min-width: 4.5em; text-align: start; vertical-align: top; padding: 5px 8px; border-top: 1px solid var(--line); }
thead th { border-top: 0; background: var(--shade); font-weight: 600; } .facts th { width: 11em; color: var(--dim); font-weight: 600; }
@media print {
  :root { color-scheme: light; --ink: #000; --dim: #444; --paper: #fff; --shade: #f2f4f6; --line: #bbb; --link: #000; --warn: #8a5a00; --warnshade: #fff; }
  @page { size: A4; margin: 16mm 14mm; @bottom-right { content: counter(page) ' / ' counter(pages); font: 8pt sans-serif; } }
  @page wide { size: A4 landscape; }
  body { padding: 0; max-width: none; font-size: 10pt; } table { font-size: 8.5pt; } pre { font-size: 8.5pt; }
  a { text-decoration: none; } thead { display: table-header-group; }
  tr, pre, .warning { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } pre { break-after: avoid; }
  section#whatif { page: wide; }
}
`;
