package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code y = beta * input + alpha * (a · b)}: {@code addmm} for matrices {@code [m, k] x [k, n]},
 * {@code baddbmm} for batches of them {@code [g, m, k] x [g, k, n]}. The input broadcasts to the
 * result. With {@code beta = 0} its values do not count, not even if they are not numbers.
 */
public final class AddMatmulOp extends Op<AddMatmulOp.Attrs> {

  /** Matrices. */
  public static final AddMatmulOp ADDMM = new AddMatmulOp("addmm", 2);

  /** Batches of matrices. */
  public static final AddMatmulOp BADDBMM = new AddMatmulOp("baddbmm", 3);

  /**
   * The factors.
   *
   * @param beta factor of the input
   * @param alpha factor of the product
   */
  public record Attrs(double beta, double alpha) {

    /** The plain sum. */
    public static final Attrs ONES = new Attrs(1, 1);
  }

  private final int rank;

  private AddMatmulOp(String name, int rank) {
    super(OpSpec.named(name).inputs("input", "a", "b").savesInputs("a", "b").casts(CastPolicy.LOW));
    this.rank = rank;
  }

  @Override
  public void infer(Inference i, Attrs f) {
    i.requireFloating("input");
    i.requireSameDType("input", "a");
    i.requireSameDType("a", "b");
    Shape a = i.shape("a");
    Shape b = i.shape("b");
    i.require(
        a.rank() == rank
            && b.rank() == rank
            && a.dim(-1) == b.dim(-2)
            && a.dropLast(2).equals(b.dropLast(2)),
        () ->
            "a "
                + a
                + " and b "
                + b
                + " must be "
                + (rank == 2 ? "[m, k] and [k, n]." : "[g, m, k] and [g, k, n]."));
    Shape y = a.with(-1, b.dim(-1));
    Shape input = i.shape("input");
    i.require(
        input.rank() <= rank && Shape.broadcast(name(), input, y).equals(y),
        () -> "input " + input + " does not broadcast to the product " + y + ".");
    i.output(y, i.dtype(0));
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs f) {
    boolean plain = f.beta() == 1 && f.alpha() == 1;
    if (plain && rank == 2 && in[0].rank() == 1 && in[0].dim(0) == in[2].dim(1)) {
      // A bias per column is added inside of the product.
      return new Tensor[] {in[1].linear(in[2].transpose(0, 1), in[0])};
    }
    Tensor product = in[1].matmul(in[2]);
    Tensor scaled = f.alpha() == 1 ? product : product.mul(f.alpha());
    return new Tensor[] {
      f.beta() == 0 ? scaled : scaled.add(f.beta() == 1 ? in[0] : in[0].mul(f.beta()))
    };
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs f) {
    Tensor g = v.grad();
    Tensor scaled = f.alpha() == 1 ? g : g.mul(f.alpha());
    Tensor input =
        f.beta() == 0
            ? Tensor.scalar(0, g.dtype(), g.device()).expand(g.shape().dims())
            : g.mul(f.beta());
    return Vjp.grads(
        v.needs("input") ? input : null,
        v.needs("a")
            ? MatmulWideOp.product(scaled, v.input("b").transpose(-2, -1), v.inputDType("a"))
            : null,
        v.needs("b")
            ? MatmulWideOp.product(v.input("a").transpose(-2, -1), scaled, v.inputDType("b"))
            : null);
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    long[] batch = rank == 2 ? new long[0] : new long[] {3};
    return Stream.of(
        s.sample(Attrs.ONES)
            .uniform(4)
            .uniform(dims(batch, 5, 9))
            .uniform(dims(batch, 9, 4))
            .build(),
        s.sample(new Attrs(0.5, 0.3))
            .uniform(dims(batch, 1, 4))
            .uniform(dims(batch, 2, 5))
            .uniform(dims(batch, 5, 4))
            .build(),
        s.sample(new Attrs(0, 2))
            .constant(-1, 1, dims(batch, 3, 2))
            .uniform(dims(batch, 3, 5))
            .uniform(dims(batch, 5, 2))
            .build(),
        s.sample(new Attrs(-1, 1))
            .uniform()
            .uniform(dims(batch, 3, 5))
            .uniform(dims(batch, 5, 1))
            .build(),
        s.sample(Attrs.ONES)
            .uniform(4)
            .uniform(dims(batch, 0, 5))
            .uniform(dims(batch, 5, 4))
            .build());
  }

  private static long[] dims(long[] batch, long rows, long columns) {
    return Shape.of(batch).append(rows, columns).dims();
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    if (rank == 3) {
      return List.of(
          s.sample(Attrs.ONES)
              .uniform(4)
              .uniform(2, 5, 3)
              .uniform(3, 3, 4)
              .fails(
                  ShapeException.class,
                  "baddbmm: a [2, 5, 3] and b [3, 3, 4] must be [g, m, k] and [g, k, n]."));
    }
    return List.of(
        s.sample(Attrs.ONES)
            .uniform(4)
            .uniform(5, 3)
            .uniform(4, 3)
            .fails(ShapeException.class, "addmm: a [5, 3] and b [4, 3] must be [m, k] and [k, n]."),
        s.sample(Attrs.ONES)
            .uniform(2, 5, 4)
            .uniform(5, 3)
            .uniform(3, 4)
            .fails(
                ShapeException.class,
                "addmm: input [2, 5, 4] does not broadcast to the product [5, 4]."));
  }
}
