package dev.bearhug.tensor.op;

import java.util.ArrayList;
import java.util.List;

/** The sample calls of all registered ops. */
public final class OpCases {

  /** Seed of the samples; part of every failure message. */
  public static final long SEED = 20240607;

  private OpCases() {}

  /** Every sample of every op. */
  public static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (Op<?> op : OpRegistry.all()) {
      cases.addAll(of(op));
    }
    return cases;
  }

  /** Every sample of an op. */
  public static List<OpCase> of(Op<?> op) {
    List<OpCase> cases = new ArrayList<>();
    op.samples(new Sampler(SEED))
        .forEach(s -> cases.add(new OpCase(op, cases.size(), s.attrs(), s.inputs())));
    return cases;
  }
}
