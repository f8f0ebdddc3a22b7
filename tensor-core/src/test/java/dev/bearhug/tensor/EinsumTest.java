package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.error.DTypeException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.op.Closeness;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of products against a loop over all labels. */
class EinsumTest {

  private static final long SEED = 7;

  /** Sizes of the labels a to h; others have the last one. */
  private static final long[] SIZES = {2, 3, 4, 5, 1, 6, 2, 3};

  private static int size(char label) {
    return (int) SIZES[Math.min(SIZES.length - 1, Character.toLowerCase(label) - 'a')];
  }

  /** Values of the sum for every index of the result, by the definition. */
  private static double[] naive(String[] operands, String result, double[][] values) {
    String labels = distinct(String.join("", operands) + result);
    int outputs = 1;
    for (char c : result.toCharArray()) {
      outputs *= size(c);
    }
    double[] sums = new double[outputs];
    long all = 1;
    for (char c : labels.toCharArray()) {
      all *= size(c);
    }
    int[] at = new int[128];
    for (long n = 0; n < all; n++) {
      long rest = n;
      for (char c : labels.toCharArray()) {
        at[c] = (int) (rest % size(c));
        rest /= size(c);
      }
      double product = 1;
      for (int o = 0; o < operands.length; o++) {
        product *= values[o][number(operands[o], at)];
      }
      sums[number(result, at)] += product;
    }
    return sums;
  }

  private static String distinct(String labels) {
    StringBuilder s = new StringBuilder();
    labels.chars().distinct().forEach(c -> s.append((char) c));
    return s.toString();
  }

  private static int number(String labels, int[] at) {
    int number = 0;
    for (char c : labels.toCharArray()) {
      number = number * size(c) + at[c];
    }
    return number;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ab,bc->ac",
        "ab,cb->ac",
        "ba,bc->ca",
        "abc,abd->acd",
        "abcd,abfd->abcf",
        "bcd,cfd->bcf",
        "a,b->ab",
        "a,a->",
        "ab,ab->a",
        "ab,ab->",
        "ab->ba",
        "abc->b",
        "aa->a",
        "aa->",
        "aba->b",
        "abab->ba",
        "aaa->a",
        "ab,bc,cd->ad",
        "ab,bc,cd,df->fa",
        "ab,ac,ad->bcd",
        "ab,b,a->ab",
        "abc,cd,fb->adf",
        "aab,bc->ac",
        "abc,dbf->",
        "eab,ebc->ac",
        "aBc,cD->aDB",
        "a,bc,d->dcba"
      })
  void equalsTheDefinition(String equation) {
    String[] sides = equation.split("->", -1);
    String[] operands = sides[0].split(",");
    SplittableRandom random = new SplittableRandom(SEED);
    double[][] values = new double[operands.length][];
    try (Scope scope = Scope.open("einsum")) {
      for (Device device : new Device[] {Device.CPU, Device.REFERENCE}) {
        Tensor[] in = new Tensor[operands.length];
        for (int o = 0; o < in.length; o++) {
          long[] shape = operands[o].chars().mapToLong(c -> size((char) c)).toArray();
          values[o] = new double[(int) Shape.of(shape).numel()];
          Arrays.setAll(values[o], i -> random.nextDouble() - 0.5);
          in[o] = Tensor.of(values[o], values[o].length).reshape(shape).to(device);
        }
        Tensor y = Tensor.einsum(equation, in);
        assertThat(y.shape().dims())
            .isEqualTo(sides[1].chars().mapToLong(c -> size((char) c)).toArray());
        Closeness.assertClose(
            equation + " on " + device,
            y.toDoubleArray(),
            naive(operands, sides[1], values),
            1e-12,
            1e-12);
      }
    }
  }

  @Test
  void resultIsAlphabeticalWithoutAnArrowCapitalsFirst() {
    try (Scope scope = Scope.open("einsum")) {
      Tensor a = Tensor.ones(2, 3, 4);
      assertThat(Tensor.einsum("cba", a).shape()).isEqualTo(Shape.of(4, 3, 2));
      assertThat(Tensor.einsum("ibZ", a).shape()).isEqualTo(Shape.of(4, 3, 2));
      assertThat(Tensor.einsum("i j, j k", Tensor.ones(2, 3), Tensor.ones(3, 4)).shape())
          .isEqualTo(Shape.of(2, 4));
      assertThat(Tensor.einsum("ii", Tensor.ones(3, 3)).item()).isEqualTo(3);
    }
  }

  @Test
  void dotsStandForAnyAxesAndBroadcast() {
    try (Scope scope = Scope.open("einsum")) {
      Tensor x = Tensor.ones(2, 3, 5);
      Tensor w = Tensor.ones(5, 4);
      assertThat(Tensor.einsum("...d,de->...e", x, w).shape()).isEqualTo(Shape.of(2, 3, 4));
      assertThat(Tensor.einsum("...d,de", x, w).shape()).isEqualTo(Shape.of(2, 3, 4));
      assertThat(Tensor.einsum("d...->...d", x).shape()).isEqualTo(Shape.of(3, 5, 2));
      assertThat(Tensor.einsum("...d->d", x).toFloatArray()).containsOnly(6);
      Tensor y = Tensor.einsum("...ij,...jk->...ik", Tensor.ones(2, 1, 3, 4), Tensor.ones(5, 4, 6));
      assertThat(y.shape()).isEqualTo(Shape.of(2, 5, 3, 6));
      assertThat(y.toFloatArray()).containsOnly(4);
      // A size of 1 fits any other size.
      Tensor z = Tensor.einsum("ij,kj->ik", Tensor.ones(2, 1), Tensor.ones(3, 4));
      assertThat(z.toFloatArray()).containsOnly(4);
    }
  }

  @Test
  void integersAreSummedExactly() {
    try (Scope scope = Scope.open("einsum")) {
      Tensor a = Tensor.of(new long[] {1, 2, 3, 4, 5, 6}, 2, 3);
      assertThat(Tensor.einsum("ij,kj->ik", a, a).toLongArray()).containsExactly(14, 32, 32, 77);
    }
  }

  @Test
  void permutationsAndDiagonalsAreViews() {
    try (Scope scope = Scope.open("einsum")) {
      Tensor a = Tensor.ones(3, 3);
      assertThat(Tensor.einsum("ij->ji", a).address()).isEqualTo(a.address());
      assertThat(Tensor.einsum("ii->i", a).address()).isEqualTo(a.address());
    }
  }

  @Test
  void errorsNameEquationAndAxis() {
    try (Scope scope = Scope.open("einsum")) {
      Tensor a = Tensor.ones(2, 3);
      assertThatThrownBy(() -> Tensor.einsum("ij,jk->ik", a))
          .isInstanceOf(ShapeException.class)
          .hasMessage("einsum: \"ij,jk->ik\" names 2 operands but 1 were given.");
      assertThatThrownBy(() -> Tensor.einsum("ij,jk->ik", a, a))
          .hasMessage(
              "einsum: \"ij,jk->ik\" uses 'j' for axis 0 of operand 1 [2, 3], but another operand"
                  + " has 3 there (sizes must be equal or 1).");
      assertThatThrownBy(() -> Tensor.einsum("i->i", a))
          .hasMessage(
              "einsum: \"i->i\" names 1 axes of operand 0, which is [2, 3]. Write \"...\" for"
                  + " further axes.");
      assertThatThrownBy(() -> Tensor.einsum("...ijk->i", a))
          .hasMessage("einsum: \"...ijk->i\" names 3 or more axes of operand 0, which is [2, 3].");
      assertThatThrownBy(() -> Tensor.einsum("ii->i", a))
          .hasMessage(
              "einsum: \"ii->i\" asks for a diagonal of axes 0 and 1 of operand 0 [2, 3], which"
                  + " differ in size.");
      assertThatThrownBy(() -> Tensor.einsum("ij->ik", a))
          .hasMessage("einsum: \"ij->ik\" has 'k' in the result but in no operand.");
      assertThatThrownBy(() -> Tensor.einsum("ij->ii", a))
          .hasMessage("einsum: \"ij->ii\" has 'i' twice in the result.");
      assertThatThrownBy(() -> Tensor.einsum("i1->i", a))
          .hasMessage(
              "einsum: \"i1->i\" has '1' in \"i1\"; labels are letters, \"...\" may stand once per"
                  + " operand, \",\" separates operands and one \"->\" comes before the result.");
      assertThatThrownBy(() -> Tensor.einsum("ij,ij->ij", a, a.to(DType.F64)))
          .isInstanceOf(DTypeException.class)
          .hasMessage("einsum: operand 1 is F64, operand 0 is F32. Convert one with to(...).");
    }
  }
}
