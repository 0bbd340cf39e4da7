/// How a page looks: on a wide and on a narrow screen, light and dark, and on paper.
enum PageStyle {
  static let sheet =
    """
    :root{color-scheme:light dark;\(PictureStyle.light)--notice:#fff4d6;--notice-ink:#4d3800;\
    --link:#0a58a8;--shadow:#c9ced4}
    @media (prefers-color-scheme:dark){:root{\(PictureStyle.dark)--notice:#3a2f10;\
    --notice-ink:#f4dfa4;--link:#7cc0f5;--shadow:#4a535d}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
    @media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
    body{margin:0;background:var(--paper);color:var(--ink);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","DejaVu Sans",\
    sans-serif}
    .skip{position:absolute;left:-999px;top:0;padding:.5rem 1rem;background:var(--paper)}
    .skip:focus{left:0;z-index:1}
    header,nav,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}
    header{padding-top:2.5rem}
    h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem;font-weight:650;letter-spacing:-.01em}
    h2{font-size:1.35rem;line-height:1.25;margin:3rem 0 .75rem;padding-top:.75rem;\
    border-top:2px solid var(--ink);font-weight:650}
    h3{font-size:1.05rem;margin:2rem 0 .5rem;font-weight:650}
    h1,h2,h3,p,li,figcaption,summary,caption{overflow-wrap:anywhere}
    td,th{overflow-wrap:break-word}
    p,ul{max-width:46rem;margin:.5rem 0}
    ul{padding-left:1.2rem}
    .lead{font-size:1.1rem;color:var(--muted)}
    a{color:var(--link)}
    a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);\
    outline-offset:2px}
    nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:.75rem 0;\
    margin:1rem 0 0;border-top:1px solid var(--grid);border-bottom:1px solid var(--grid)}
    .notice{background:var(--notice);color:var(--notice-ink);padding:.6rem .9rem;\
    border-radius:4px;margin:1rem 0}
    .note{color:var(--muted);font-size:.875rem;margin:.35rem 0}
    .pictures{display:grid;gap:0 2rem;align-items:start;margin:1rem 0;\
    grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr))}
    figure{margin:0 0 1.75rem;min-width:0;display:grid;grid-row:span 3;\
    grid-template-rows:subgrid;grid-template-columns:minmax(0,1fr);align-items:start}
    figure .picture{max-width:31rem;align-self:end}
    .early{grid-row:span 2;min-width:0}
    figcaption{font-size:.9rem;line-height:1.4;margin:0 0 .5rem;max-width:31rem}
    figcaption strong{display:block;font-size:1rem;font-weight:650}
    figcaption span{color:var(--muted)}
    details{margin:.35rem 0;font-size:.9rem;min-width:0}
    summary{cursor:pointer;color:var(--link);padding:.15rem 0}
    .folded{font-size:1rem}
    .scroll{overflow-x:auto;margin:.5rem 0;max-width:100%;container-type:inline-size;\
    background:linear-gradient(to right,var(--paper) 1rem,transparent) left/2.5rem 100% repeat-y \
    local,linear-gradient(to left,var(--paper) 1rem,transparent) right/2.5rem 100% repeat-y local,\
    linear-gradient(to right,var(--shadow),transparent) left/.5rem calc(100% - 2px) no-repeat \
    scroll,linear-gradient(to left,var(--shadow),transparent) right/.5rem calc(100% - 2px) \
    no-repeat scroll}
    table{border-collapse:collapse;font-size:.875rem;line-height:1.4;\
    font-variant-numeric:tabular-nums;min-width:min(100%,22rem)}
    caption>span{display:inline-block;position:sticky;left:0;max-width:100cqi}
    caption{text-align:left;font-weight:600;padding:.25rem 0}
    th,td{padding:.25rem .9rem .25rem 0;text-align:left;vertical-align:top;\
    border-bottom:1px solid var(--grid);max-width:26rem;min-width:3.2rem}
    thead th{color:var(--muted);font-weight:500;white-space:nowrap;\
    border-bottom:1px solid var(--rule)}
    tbody th{font-weight:500}
    .long{min-width:16rem}.phrase{min-width:9rem}
    .number{text-align:right;white-space:nowrap}
    .facts th{color:var(--muted);white-space:nowrap}
    @media (max-width:40rem){th,td{padding-right:.6rem}.facts th{white-space:normal;\
    min-width:7rem}}
    footer{margin-top:3rem;padding-bottom:3rem;color:var(--muted);font-size:.875rem}
    @media print{
    @page{size:A4;margin:16mm 14mm}
    :root{\(PictureStyle.light)--notice:#f4f0e4;--notice-ink:#1d2329;--link:#1d2329}
    body{font-size:10pt}nav,.skip,figure details,.csv{display:none}
    header,main,footer{max-width:none;padding:0}
    .note,details,figcaption,footer{font-size:8.5pt}.lead{font-size:11pt}
    h2{font-size:14pt;margin-top:9mm}h3{font-size:11pt;margin-top:6mm}
    figcaption strong{font-size:9.5pt}
    h2,h3,figcaption,caption,thead{break-after:avoid}
    figure,tr,caption,thead,.notice,.whole{break-inside:avoid}
    .notice{border:1px solid var(--rule)}
    .pictures{grid-template-columns:1fr 1fr;gap:6mm}
    figure{display:block;grid-row:auto;margin:0}
    .scroll{overflow:visible;container-type:normal;background:none}
    caption>span{display:inline;position:static}
    table{font-size:7.5pt;min-width:18em}
    thead th,.facts th{white-space:normal;min-width:0}
    th,td{min-width:0;padding-right:.5rem}
    .broken{overflow-wrap:anywhere;min-width:7em}.long{min-width:9em}.phrase{min-width:6em}
    .number{overflow-wrap:normal;min-width:0}
    a{text-decoration:none}
    .folded>summary{list-style:none;font-weight:600;color:var(--ink)}
    .folded::details-content{content-visibility:visible;block-size:auto}
    }

    """ + PictureStyle.rules
}
