package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Shape;
import dev.bearhug.tensor.Tensor;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.op.CastPolicy;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.ErrorSample;
import dev.bearhug.tensor.op.Inference;
import dev.bearhug.tensor.op.Op;
import dev.bearhug.tensor.op.OpSpec;
import dev.bearhug.tensor.op.Sample;
import dev.bearhug.tensor.op.Sampler;
import dev.bearhug.tensor.op.Vjp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Batch normalisation of every channel (Ioffe and Szegedy, 2015): {@code y = (x - mean) / sqrt(var
 * + eps) * weight + bias} for x {@code [n, c, ...]} and vectors {@code [c]}.
 *
 * <p>While training, mean and biased variance are those of the batch, and the outputs {@code
 * running_mean} and {@code running_var} are {@code (1 - momentum) * running + momentum * batch},
 * with the unbiased variance; without running statistics they are those of the batch alone. In
 * evaluation the running statistics normalise and come back unchanged; without them the batch
 * normalises itself. Also gives the mean and rstd {@code [c]} that were used. No gradient flows
 * through statistics, given or returned; they have the type of x, at least single precision.
 */
public final class BatchNormOp extends Op<BatchNormOp.Attrs> {

  /** The only instance. */
  public static final BatchNormOp INSTANCE = new BatchNormOp();

  /**
   * Options.
   *
   * @param training whether the batch's own statistics normalise and update the running ones
   * @param momentum share of the batch in the updated statistics
   * @param eps added to the variance before the square root
   */
  public record Attrs(boolean training, double momentum, double eps) {}

  private BatchNormOp() {
    super(
        OpSpec.named("batch_norm")
            .inputs("x")
            .optional("weight", "bias", "running_mean", "running_var")
            .outputs("y", "running_mean", "running_var", "mean", "rstd")
            .savesInputs("x", "weight")
            .savesOutputs("mean", "rstd")
            .casts(CastPolicy.F32_INTERNAL));
  }

  @Override
  public void infer(Inference i, Attrs a) {
    i.requireFloating("x");
    i.requireNotNegative("eps", a.eps());
    i.requireRank("x", 2);
    Shape x = i.shape("x");
    Shape channels = Shape.of(x.dim(1));
    DType statistics = LayerNormOp.statistics(i.dtype("x"));
    for (String input : List.of("weight", "bias", "running_mean", "running_var")) {
      if (i.has(input)) {
        i.requireShape(input, channels, "there is one value per channel, axis 1 of x");
      }
    }
    i.require(
        i.has("running_mean") == i.has("running_var"),
        () -> "one of running_mean and running_var is missing. Give both or none.");
    i.require(
        !usesBatch(i.has("running_mean"), a) || x.numel() != x.dim(1),
        () ->
            "x is "
                + x
                + " but a batch needs more than one value per channel to have a variance. Use a"
                + " larger batch, or evaluation with running statistics.");
    i.output(x, i.dtype("x"));
    for (int k = 1; k < spec().outputs().size(); k++) {
      i.output(channels, statistics);
    }
  }

  private static boolean usesBatch(boolean hasRunning, Attrs a) {
    return a.training() || !hasRunning;
  }

  /** x {@code [n, c, ...]} as {@code [c, rest]}: one row per channel. */
  private static Tensor rows(Tensor x) {
    return x.transpose(0, 1).reshape(x.dim(1), x.numel() / Math.max(1, x.dim(1)));
  }

  /** Undoes {@link #rows}. */
  private static Tensor unrows(Tensor rows, Shape x) {
    long[] dims = x.dims().clone();
    dims[0] = x.dim(1);
    dims[1] = x.dim(0);
    return rows.reshape(dims).transpose(0, 1);
  }

  @Override
  public Tensor[] compose(Tensor[] in, Attrs a) {
    DType inner = LayerNormOp.statistics(in[0].dtype());
    Tensor rows = rows(in[0].to(inner));
    boolean hasRunning = in[3] != null;
    Tensor[] running = hasRunning ? new Tensor[] {in[3].to(inner), in[4].to(inner)} : null;
    Tensor y;
    Tensor mean;
    Tensor rstd;
    if (usesBatch(hasRunning, a)) {
      Tensor[] normal = normalise(rows, a.eps());
      y = normal[0];
      mean = normal[1];
      rstd = normal[2];
      running = updated(running, rows, mean, a.momentum());
    } else {
      mean = running[0];
      rstd = running[1].add(a.eps()).rsqrt();
      y = rows.sub(mean.unsqueeze(1)).mul(rstd.unsqueeze(1));
    }
    Tensor result = affine(unrows(y, in[0].shape()), in[1], in[2]).to(in[0].dtype());
    return new Tensor[] {result, running[0], running[1], mean, rstd};
  }

  @Override
  public Tensor[] vjp(Vjp v, Attrs a) {
    DType type = v.inputDType("x");
    DType inner = LayerNormOp.statistics(type);
    Tensor x = v.input("x");
    Tensor weight = v.input("weight");
    Tensor rstd = v.output("rstd").unsqueeze(1);
    Tensor gy = rows(v.grad("y").to(inner));
    Tensor normal = rows(x.to(inner)).sub(v.output("mean").unsqueeze(1)).mul(rstd);
    Tensor gweight = gy.mul(normal).sum(true, 1);
    Tensor gbias = gy.sum(true, 1);
    Tensor inside = gy;
    if (usesBatch(v.inputShape("running_mean") != null, a)) {
      inside = gy.sub(gbias.add(normal.mul(gweight)).mul(1.0 / gy.dim(1)));
    }
    Tensor scale = weight == null ? rstd : rstd.mul(weight.to(inner).unsqueeze(1));
    return Vjp.grads(
        unrows(inside.mul(scale), x.shape()).to(type),
        v.needs("weight") ? gweight.squeeze(1).to(v.inputDType("weight")) : null,
        v.needs("bias") ? gbias.squeeze(1).to(v.inputDType("bias")) : null,
        null,
        null);
  }

  /** Rows with mean 0 and variance 1, their mean and rstd before. */
  static Tensor[] normalise(Tensor rows, double eps) {
    return Dispatcher.apply(LayerNormOp.INSTANCE, new LayerNormOp.Attrs(eps), rows, null, null);
  }

  private static Tensor[] updated(Tensor[] running, Tensor rows, Tensor mean, double momentum) {
    double n = rows.dim(1);
    Tensor variance = rows.sub(mean.unsqueeze(1)).square().mean(false, 1).mul(n / (n - 1));
    return running == null
        ? new Tensor[] {mean, variance}
        : new Tensor[] {mix(running[0], mean, momentum), mix(running[1], variance, momentum)};
  }

  private static Tensor mix(Tensor old, Tensor fresh, double momentum) {
    return old.mul(1 - momentum).add(fresh.mul(momentum));
  }

  /** A vector with one value per channel, beside {@code x [n, c, ...]}. */
  private static Tensor perChannel(Tensor vector, Tensor x) {
    long[] dims = new long[x.rank() - 1];
    Arrays.fill(dims, 1);
    dims[0] = vector.dim(0);
    return vector.reshape(dims);
  }

  /** {@code y * weight + bias} per channel; both may be absent. */
  static Tensor affine(Tensor y, Tensor weight, Tensor bias) {
    Tensor scaled = weight == null ? y : y.mul(perChannel(weight.to(y.dtype()), y));
    return bias == null ? scaled : scaled.add(perChannel(bias.to(y.dtype()), y));
  }

  @Override
  public Stream<Sample<Attrs>> samples(Sampler s) {
    Attrs train = new Attrs(true, 0.1, 1e-5);
    Attrs evaluate = new Attrs(false, 0.1, 1e-5);
    List<Sample<Attrs>> all = new ArrayList<>();
    for (Attrs a : List.of(train, evaluate)) {
      for (long[] shape : new long[][] {{6, 5}, {2, 3, 9}, {2, 4, 3, 2}}) {
        all.add(
            s.sample(a)
                .uniform(shape)
                .uniformIn(0.5, 1.5, shape[1])
                .uniform(shape[1])
                .constant(-0.5, 0.5, shape[1])
                .constant(0.5, 1.5, shape[1])
                .build());
      }
      all.add(s.sample(a).uniform(4, 3).absent().absent().absent().absent().build());
    }
    all.add(
        s.sample(evaluate)
            .uniform(0, 3)
            .absent()
            .uniform(3)
            .constant(-0.5, 0.5, 3)
            .constant(0.5, 1.5, 3)
            .build());
    return all.stream();
  }

  @Override
  public List<ErrorSample<Attrs>> errorSamples(Sampler s) {
    Attrs train = new Attrs(true, 0.1, 1e-5);
    return List.of(
        s.sample(train)
            .uniform(1, 3)
            .absent()
            .absent()
            .absent()
            .absent()
            .fails(
                ShapeException.class,
                "batch_norm: x is [1, 3] but a batch needs more than one value per channel to have"
                    + " a variance. Use a larger batch, or evaluation with running statistics."),
        s.sample(train)
            .uniform(4, 3)
            .uniform(4)
            .absent()
            .absent()
            .absent()
            .fails(
                ShapeException.class,
                "batch_norm: weight is [4] but must be [3]: there is one value per channel, axis 1"
                    + " of x."),
        s.sample(train)
            .uniform(4, 3)
            .absent()
            .absent()
            .uniform(3)
            .absent()
            .fails(
                ShapeException.class,
                "batch_norm: one of running_mean and running_var is missing. Give both or none."));
  }
}
