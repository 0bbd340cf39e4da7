/// How pictures look: classes of elements, and the colours of the light and the dark scheme.
enum PictureStyle {
  /// Colours on paper.
  ///
  /// The series are those of Okabe and Ito (2008), which people with any common
  /// form of colour blindness tell apart, darkened where they were too pale on white.
  static let light = """
    --paper:#ffffff;--ink:#1d2329;--muted:#59636e;--rule:#8b949e;--grid:#e3e6ea;\
    --band:#cbd1d8;--empty:#e6e9ec;
    --s0:#0072b2;--s1:#c65300;--s2:#00805e;--s3:#a8518a;--s4:#946500;--s5:#4d5358;
    """
  static let dark = """
    --paper:#14181d;--ink:#e8ebee;--muted:#a5afba;--rule:#6e7883;--grid:#2b323a;\
    --band:#3a434d;--empty:#262c33;
    --s0:#5ab4ea;--s1:#f28e4b;--s2:#3cc79c;--s3:#dd9cc6;--s4:#e3b341;--s5:#bcc4cc;
    """

  /// The rules of all classes that pictures use.
  static let rules =
    """
    .picture{display:block;width:100%;height:auto;background:none}
    .picture text{font:12px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",\
    "DejaVu Sans",sans-serif;fill:var(--ink);font-variant-numeric:tabular-nums}
    .picture .axis-title,.picture .colour-title{fill:var(--muted)}
    .picture .strong{font-weight:600}.picture .quiet{fill:var(--muted)}
    .picture .on-dark{fill:#fff}.picture .on-light{fill:#111}
    .picture .grid{stroke:var(--grid);stroke-width:1}
    .picture .axis{stroke:var(--rule);stroke-width:1}
    .picture .reference{stroke:var(--muted);stroke-width:1.2;fill:none}
    .picture .line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:butt}
    .picture .thin{fill:none;stroke-width:1.1;stroke-linejoin:round}
    .picture .gold{fill:none;stroke:var(--ink);stroke-width:1.6;stroke-linejoin:round}
    .picture .mark{stroke:var(--paper);stroke-width:.6}
    .picture .ink{fill:var(--ink)}
    .picture .dot{stroke:none;fill-opacity:.75}
    .picture .halo{fill:none;stroke:var(--paper);stroke-width:4;stroke-opacity:.8;\
    stroke-linejoin:round}
    .picture .dot.others{fill:var(--rule);fill-opacity:.6}
    .picture .empty{fill:var(--empty);stroke:none}
    .picture .band{fill:var(--band);fill-opacity:.8;stroke:none}
    .picture .outline{fill:none;stroke:var(--muted);stroke-width:1.2}
    .picture .shade{fill-opacity:.2;stroke:none}
    .picture .bar{stroke:none;fill-opacity:.85}
    .picture .box{fill:var(--paper);stroke:var(--ink);stroke-width:1.2}
    .picture .box-quiet{fill:var(--paper);stroke:var(--rule);stroke-width:1.2}
    .picture .arrow{stroke:var(--ink);stroke-width:1.3;fill:none}
    .picture .arrow-head{fill:var(--ink);stroke:none}

    """ + (0..<SeriesStyle.colourCount).map(seriesRules).joined()

  private static func seriesRules(_ series: Int) -> String {
    let name = "s\(series)"
    return ".picture .line.\(name),.picture .thin.\(name){stroke:var(--\(name))}"
      + ".picture .mark.\(name),.picture .dot.\(name),.picture .bar.\(name),"
      + ".picture .shade.\(name){fill:var(--\(name))}\n"
  }

  /// What a picture that stands alone needs.
  static let standalone = """
    svg{\(light)color-scheme:light dark;background:var(--paper)}
    @media (prefers-color-scheme:dark){svg{\(dark)}}
    @media print{svg{\(light)}}
    \(rules)
    """
}
