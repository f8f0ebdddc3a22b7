package dev.bearhug.tensor;

import dev.bearhug.tensor.error.DTypeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Sums of products by Einstein's convention, written with diagonals, permutations, matrix products
 * and sums, which also gives the gradient. Operands are contracted from left to right; axes stay
 * views wherever strides allow.
 */
final class Einsum {

  /** A tensor whose axes are labelled, each differently. */
  private record Term(Tensor t, int[] labels) {

    boolean has(int label) {
      return EinsumEquation.contains(labels, label);
    }

    /** The tensor with its axes in the order of these labels. */
    Tensor permuted(int... order) {
      int[] axes = Arrays.stream(order).map(this::axis).toArray();
      return IntStream.range(0, axes.length).allMatch(i -> axes[i] == i) ? t : t.permute(axes);
    }

    private int axis(int label) {
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] == label) {
          return i;
        }
      }
      throw new IllegalStateException("no axis " + EinsumEquation.name(label));
    }

    long size(int label) {
      return t.dim(axis(label));
    }
  }

  private Einsum() {}

  static Tensor apply(String text, Tensor... operands) {
    EinsumEquation equation = EinsumEquation.parse(text);
    List<int[]> named = equation.operands();
    if (operands.length != named.size()) {
      throw equation.problem(
          "names " + named.size() + " operands but " + operands.length + " were given.");
    }
    int dots = dotAxes(equation, operands);
    Map<Integer, Long> sizes = new HashMap<>();
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < operands.length; i++) {
      if (operands[i].dtype() != operands[0].dtype()) {
        throw new DTypeException(
            "einsum",
            "operand "
                + i
                + " is "
                + operands[i].dtype()
                + ", operand 0 is "
                + operands[0].dtype()
                + ". Convert one with to(...).");
      }
      int own = operands[i].rank() - letters(named.get(i));
      int[] labels = expand(named.get(i), own, dots);
      checkSizes(equation, operands[i], i, labels, sizes);
      terms.add(withoutRepeats(new Term(operands[i], labels)));
    }
    return contract(terms, expand(equation.result(), dots, dots));
  }

  private static int letters(int[] labels) {
    return (int) Arrays.stream(labels).filter(l -> l != EinsumEquation.DOTS).count();
  }

  /** Checks the number of axes of each operand; returns how many axes the dots stand for. */
  private static int dotAxes(EinsumEquation equation, Tensor[] operands) {
    int dots = 0;
    for (int i = 0; i < operands.length; i++) {
      int[] labels = equation.operands().get(i);
      int more = operands[i].rank() - letters(labels);
      boolean open = EinsumEquation.contains(labels, EinsumEquation.DOTS);
      if (more < 0 || more > 0 && !open) {
        throw equation.problem(
            "names "
                + letters(labels)
                + (open ? " or more" : "")
                + " axes of operand "
                + i
                + ", which is "
                + operands[i].shape()
                + "."
                + (more > 0 ? " Write \"...\" for further axes." : ""));
      }
      dots = Math.max(dots, more);
    }
    return dots;
  }

  /** Puts labels of their own in place of the dots; they are aligned at the last one. */
  private static int[] expand(int[] labels, int own, int dots) {
    return Arrays.stream(labels)
        .flatMap(
            l ->
                l == EinsumEquation.DOTS
                    ? IntStream.range(
                        EinsumEquation.LETTERS + dots - own, EinsumEquation.LETTERS + dots)
                    : IntStream.of(l))
        .toArray();
  }

  /** Requires equal sizes for equal labels; a size of 1 fits any other of another operand. */
  private static void checkSizes(
      EinsumEquation equation, Tensor t, int operand, int[] labels, Map<Integer, Long> sizes) {
    for (int a = 0; a < labels.length; a++) {
      for (int b = 0; b < a; b++) {
        if (labels[a] == labels[b] && t.dim(a) != t.dim(b)) {
          throw equation.problem(
              "asks for a diagonal of axes "
                  + b
                  + " and "
                  + a
                  + " of operand "
                  + operand
                  + " "
                  + t.shape()
                  + ", which differ in size.");
        }
      }
      long size = t.dim(a);
      long before = sizes.getOrDefault(labels[a], 1L);
      if (size != before && size != 1 && before != 1) {
        throw equation.problem(
            "uses '"
                + EinsumEquation.name(labels[a])
                + "' for axis "
                + a
                + " of operand "
                + operand
                + " "
                + t.shape()
                + ", but another operand has "
                + before
                + " there (sizes must be equal or 1).");
      }
      sizes.put(labels[a], before == 1 ? size : before);
    }
  }

  private static Term withoutRepeats(Term term) {
    int[] labels = term.labels();
    for (int a = 0; a < labels.length; a++) {
      for (int b = a + 1; b < labels.length; b++) {
        if (labels[a] == labels[b]) {
          int label = labels[a];
          int[] rest = Arrays.stream(labels).filter(l -> l != label).toArray();
          // A label may stand more than twice: each diagonal takes one away.
          int left = (int) Arrays.stream(labels).filter(l -> l == label).count() - 1;
          return withoutRepeats(
              new Term(moveLast(term.t(), labels, label), concat(rest, repeated(label, left))));
        }
      }
    }
    return term;
  }

  /** Takes the diagonal of the last two axes of a label after all its axes went to the end. */
  private static Tensor moveLast(Tensor t, int[] labels, int label) {
    int[] order =
        IntStream.concat(
                IntStream.range(0, labels.length).filter(i -> labels[i] != label),
                IntStream.range(0, labels.length).filter(i -> labels[i] == label))
            .toArray();
    return t.permute(order).diagonal(0, -2, -1);
  }

  private static int[] repeated(int label, int count) {
    int[] labels = new int[count];
    Arrays.fill(labels, label);
    return labels;
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  private static Tensor contract(List<Term> terms, int[] result) {
    Term sum = terms.get(0);
    for (int i = 1; i < terms.size(); i++) {
      int[] needed = result;
      for (Term later : terms.subList(i + 1, terms.size())) {
        needed = concat(needed, later.labels());
      }
      sum = product(sum, terms.get(i), needed);
    }
    return summed(sum, result).permuted(result);
  }

  /** Sums over the axes whose label is not needed. */
  private static Term summed(Term term, int[] needed) {
    int[] axes =
        IntStream.range(0, term.labels().length)
            .filter(i -> !EinsumEquation.contains(needed, term.labels()[i]))
            .toArray();
    return axes.length == 0
        ? term
        : new Term(
            term.t().sum(false, axes),
            Arrays.stream(term.labels()).filter(l -> EinsumEquation.contains(needed, l)).toArray());
  }

  private static Term product(Term first, Term second, int[] needed) {
    Term a = grown(summed(first, concat(needed, second.labels())), second);
    Term b = grown(summed(second, concat(needed, first.labels())), a);
    int[] batch = filter(a, l -> b.has(l) && EinsumEquation.contains(needed, l));
    int[] inner = filter(a, l -> b.has(l) && !EinsumEquation.contains(needed, l));
    int[] left = filter(a, l -> !b.has(l));
    int[] right = filter(b, l -> !a.has(l));
    int[] all = concat(batch, left, right);
    boolean dots = left.length == 0 && right.length == 0;
    if (inner.length == 0 || dots || !a.t().dtype().isFloating()) {
      return byElements(a, b, batch, left, right, inner);
    }
    Tensor rows = a.permuted(concat(batch, left, inner));
    Tensor columns = b.permuted(concat(batch, inner, right));
    long k = size(a, inner);
    Tensor y =
        rows.reshape(dims(a, batch, size(a, left), k))
            .matmul(columns.reshape(dims(b, batch, k, size(b, right))));
    long[] shape = concatSizes(sizes(a, batch), sizes(a, left), sizes(b, right));
    return new Term(y.reshape(shape), all);
  }

  private static int[] filter(Term term, IntPredicate which) {
    return Arrays.stream(term.labels()).filter(which).toArray();
  }

  /** Expands axes of size 1 to the size that the other operand has for the label. */
  private static Term grown(Term term, Term other) {
    long[] shape = term.t().shape().dims();
    for (int i = 0; i < shape.length; i++) {
      int label = term.labels()[i];
      shape[i] = shape[i] == 1 && other.has(label) ? other.size(label) : shape[i];
    }
    return Arrays.equals(shape, term.t().shape().dims())
        ? term
        : new Term(term.t().expand(shape), term.labels());
  }

  private static Term byElements(
      Term a, Term b, int[] batch, int[] left, int[] right, int[] inner) {
    long[] one = sizes(a, batch);
    Tensor x =
        a.permuted(concat(batch, left, inner))
            .reshape(concatSizes(one, sizes(a, left), ones(right), sizes(a, inner)));
    Tensor y =
        b.permuted(concat(batch, right, inner))
            .reshape(concatSizes(one, ones(left), sizes(b, right), sizes(b, inner)));
    Term product = new Term(x.mul(y), concat(batch, left, right, inner));
    return summed(product, concat(batch, left, right));
  }

  private static long size(Term term, int[] labels) {
    return Arrays.stream(labels).mapToLong(term::size).reduce(1, (x, y) -> x * y);
  }

  private static long[] sizes(Term term, int[] labels) {
    return Arrays.stream(labels).mapToLong(term::size).toArray();
  }

  private static long[] ones(int[] labels) {
    long[] sizes = new long[labels.length];
    Arrays.fill(sizes, 1);
    return sizes;
  }

  private static long[] dims(Term term, int[] batch, long rows, long columns) {
    return concatSizes(sizes(term, batch), new long[] {rows, columns});
  }

  private static long[] concatSizes(long[]... parts) {
    return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
  }
}
