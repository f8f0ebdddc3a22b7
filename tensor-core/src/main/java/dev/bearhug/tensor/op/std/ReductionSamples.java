package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** The calls every reduction is tested with: last, first, middle, several and all axes. */
final class ReductionSamples {

  /** How one sample is filled. */
  @FunctionalInterface
  interface Fill<A> {

    /** Adds the input of a shape. */
    Sampler.Builder<A> of(Sampler.Builder<A> builder, long... shape);
  }

  private ReductionSamples() {}

  /**
   * The samples.
   *
   * @param attrs the op's attributes for axes
   * @param fill adds the input
   */
  static <A> Stream<Sample<A>> of(Sampler s, Function<Axes, A> attrs, Fill<A> fill) {
    BiFunction<Axes, long[], Sample<A>> sample =
        (axes, shape) -> fill.of(s.sample(attrs.apply(axes)), shape).build();
    return Stream.of(
        sample.apply(new Axes(List.of(1), false), new long[] {3, 7}),
        sample.apply(new Axes(List.of(0), true), new long[] {5, 4}),
        sample.apply(new Axes(List.of(1), false), new long[] {2, 5, 3}),
        sample.apply(new Axes(List.of(0, 2), true), new long[] {2, 3, 4}),
        sample.apply(new Axes(List.of(0, 1), false), new long[] {3, 35}),
        sample.apply(new Axes(List.of(1), false), new long[] {0, 4}));
  }
}
