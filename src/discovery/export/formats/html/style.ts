/** The look of transcripts: on a screen, in the dark, on a telephone, and on paper with page numbers. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#f6f5f1;--card:#fff;--ink:#1b1f24;--soft:#59626d;--line:#dfdcd3;--rule:#1f3a56;
--prompt:#1f5fa8;--prompt-ground:#eef4fb;--answer:#2c6e57;--answer-ground:#fbfcfb;--event:#6b5b95;--event-ground:#f6f4fa;
--alarm:#a4161a;--alarm-ground:#fbe9e8;--notice:#7a4b00;--notice-ground:#fdf1d8;--plain-ground:#eceae4}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--card:#1c2026;--ink:#e6e8ea;--soft:#a3acb6;--line:#333a43;--rule:#8fb6dd;
--prompt:#8ab8ec;--prompt-ground:#1b2a3b;--answer:#8fd0b5;--answer-ground:#1f2429;--event:#bfb0e6;--event-ground:#262336;
--alarm:#ffaaa5;--alarm-ground:#471d1e;--notice:#f3cb7d;--notice-ground:#3d2f14;--plain-ground:#2b3139}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 "Segoe UI Variable Text","Segoe UI",system-ui,-apple-system,"Helvetica Neue",Arial,"Noto Sans",sans-serif;overflow-wrap:anywhere}
.page{max-width:72rem;margin:0 auto;padding:2.5rem 2rem 3rem}
a{color:var(--prompt);text-underline-offset:.15em}
a:focus-visible{outline:2px solid var(--prompt);outline-offset:2px;border-radius:2px}
.kicker{margin:0;color:var(--soft);font-size:.8125rem;letter-spacing:.06em;text-transform:uppercase}
h1{margin:.35rem 0 .5rem;font-size:1.9rem;line-height:1.2;font-weight:650;letter-spacing:-.01em}
.lead{margin:0;color:var(--soft)}
.marks{display:flex;flex-wrap:wrap;gap:.375rem;margin:0;padding:0;list-style:none}
.page>header .marks{margin-top:.9rem}
.mark{padding:.05rem .55rem;border-radius:99px;font-size:.8125rem;font-weight:600;white-space:nowrap;background:var(--plain-ground);color:var(--soft)}
.mark.alarm{background:var(--alarm-ground);color:var(--alarm)}
.mark.notice{background:var(--notice-ground);color:var(--notice)}
.mark.alarm::before{content:"\\25B2\\00A0";font-size:.7em}
.facts{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.15rem 1.25rem;margin:1.5rem 0 0;padding:1rem 0 0;border-top:2px solid var(--rule);font-size:.9375rem}
.facts dt{color:var(--soft)}
.facts dd{margin:0}
.exchange{margin-top:2.25rem;padding-top:.75rem;border-top:1px solid var(--line);display:grid;grid-template-columns:minmax(0,1fr) 19rem;gap:0 2.25rem}
.exchange>header{grid-column:1/-1;display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem .9rem;margin-bottom:.75rem}
.exchange h2{margin:0;font-size:1rem;font-weight:650}
.exchange h2 a{color:inherit;text-decoration:none}
.exchange h2 a:hover{text-decoration:underline}
.exchange time,.turn time{font-variant-numeric:tabular-nums}
.exchange>header .place{color:var(--soft)}
.turn{margin:0 0 .75rem;padding:.7rem 1rem .85rem;border-left:4px solid var(--answer);border-radius:0 .5rem .5rem 0;background:var(--answer-ground);box-shadow:0 0 0 1px var(--line);overflow:clip}
.turn.prompt{border-color:var(--prompt);background:var(--prompt-ground)}
.turn.event{border-color:var(--event);background:var(--event-ground)}
.turn header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.1rem .75rem;font-size:.875rem}
.turn .speaker{font-weight:650;color:var(--answer)}
.turn.prompt .speaker{color:var(--prompt)}
.turn.event .speaker{color:var(--event)}
.turn .role,.turn time,.turn .told{color:var(--soft)}
.turn .told{margin-left:auto;font-size:.8125rem}
.said{margin:.35rem 0 0;white-space:pre-wrap;unicode-bidi:plaintext;text-align:start}
.missing{margin:.35rem 0 0;color:var(--soft);font-style:italic}
.notes{margin:0;font-size:.8125rem;line-height:1.45}
.notes dt{color:var(--soft);font-weight:600}
.notes dd{margin:0}
.notes .detail{color:var(--soft);font-weight:400;font-size:.95em}
.notes .alarm{color:var(--alarm);font-weight:600}
.notes .notice{color:var(--notice)}
.beside>div{padding-bottom:.6rem}
.beside dd+dd{margin-top:.3rem}
.beside .detail{display:block}
.below{padding:0 0 0 1.25rem}
.below>div{display:grid;grid-template-columns:5rem minmax(0,1fr);column-gap:.75rem}
.below dd{grid-column:2}
.below dd{color:var(--soft)}
.hidden-character{display:inline-block;padding:0 .3em;margin:0 .1em;border:1px solid var(--alarm);border-radius:.25em;color:var(--alarm);background:var(--alarm-ground);font:600 .72em/1.5 ui-monospace,Consolas,"Liberation Mono",monospace;unicode-bidi:isolate;direction:ltr;white-space:nowrap}
.id{font-family:ui-monospace,Consolas,"Liberation Mono",monospace;font-size:.875em}
footer.about{margin-top:3rem;padding-top:1rem;border-top:2px solid var(--rule);color:var(--soft);font-size:.8125rem}
footer.about p{margin:.25rem 0}
footer.about ul{margin:.4rem 0 0;padding-left:1.1rem}
.list{width:100%;margin-top:1.5rem;border-collapse:collapse;font-size:.9375rem}
.list th{padding:.5rem .75rem .5rem 0;border-bottom:2px solid var(--rule);color:var(--soft);font-weight:600;text-align:left;white-space:nowrap}
.list td{padding:.6rem .75rem .6rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.list .when{white-space:nowrap;font-variant-numeric:tabular-nums}
.list .begins{margin:.15rem 0 0;color:var(--soft);font-size:.875rem;unicode-bidi:plaintext}
.list .marks{margin-top:.25rem}
@media (max-width:60rem){.exchange{grid-template-columns:minmax(0,1fr)}.beside{padding:.6rem 0 0 1.25rem}}
@media (max-width:40rem){.page{padding:1.25rem 1rem 2rem}h1{font-size:1.45rem}.facts{grid-template-columns:1fr;gap:0}.facts dt{margin-top:.5rem}.turn .told{margin-left:0}
.list thead{display:none}.list,.list tbody,.list tr,.list td{display:block}.list tr{padding:.75rem 0;border-bottom:1px solid var(--line)}.list td{padding:.05rem 0;border:0}.list td:empty{display:none}}
@page{size:A4;margin:17mm 15mm 19mm;@bottom-left{content:"Daybook transcript, times in UTC";font:8pt sans-serif;color:#555}@bottom-right{content:"page " counter(page) " of " counter(pages);font:8pt sans-serif;color:#555}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--rule:#1f3a56;--prompt:#1f5fa8;--prompt-ground:#f2f6fb;--answer:#2c6e57;--answer-ground:#fff;--event:#6b5b95;--event-ground:#f7f5fb;--alarm:#a4161a;--alarm-ground:#fff;--notice:#7a4b00;--notice-ground:#fff;--plain-ground:#fff}
body{font-size:10pt}.page{max-width:none;padding:0}.exchange{display:block}.exchange>header,.turn header{break-after:avoid}.notes{font-size:8pt}.beside{columns:2;column-gap:8mm;padding:2mm 0 3mm 5mm}.notes>div{break-inside:avoid}.mark{border:1px solid currentColor}a{color:inherit;text-decoration:none}h1{font-size:17pt}}
`
