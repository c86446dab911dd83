/** How the page looks: light and dark, and tables that scroll where the screen is narrow. */
export const STYLE = `:root{color-scheme:light dark;--ink:#1f2328;--soft:#57606a;--ground:#fff;--line:#d0d7de;--link:#0550ae}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;--ground:#0d1117;--line:#30363d;--link:#79b8ff}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:64rem;margin:0 auto;padding:1rem;color:var(--ink);background:var(--ground);overflow-wrap:anywhere}
a{color:var(--link)}h1{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem}dt{color:var(--soft)}dd{margin:0}
.wide{overflow-x:auto}.wide:focus-visible{outline:2px solid var(--link)}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.wide{overflow-wrap:break-word}tbody th{max-width:18rem}
th,td{text-align:left;padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
caption{text-align:left;color:var(--soft)}figure{margin:0}figure>svg{width:100%;height:auto;border:1px solid var(--line)}
svg text{font:22px system-ui,sans-serif;fill:#1f2328;stroke:#fff;stroke-width:4px;paint-order:stroke}
.styles{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.5rem}.styles svg{width:1rem;height:1rem;vertical-align:-.15rem}
pre{overflow-x:auto;padding:.6rem;border:1px solid var(--line)}`;
