package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bearhug.tensor.error.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks views against the list of storage positions they must show, for all small shapes. */
class LayoutTest {

  private static final int[][] ORDERS = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
  };

  @Test
  void permutingMovesEachElement() {
    for (Layout base : bases()) {
      for (int[] order : ORDERS) {
        Layout permuted = base.permute(order);
        long[] from = new long[3];
        long[] to = new long[3];
        for (long i = 0; i < base.shape().numel(); i++) {
          split(base.shape(), i, from);
          for (int axis = 0; axis < 3; axis++) {
            to[axis] = from[order[axis]];
          }
          assertThat(permuted.position(number(permuted.shape(), to)))
              .as("%s permuted by %s, element %d", base, Arrays.toString(order), i)
              .isEqualTo(base.position(i));
        }
      }
    }
  }

  @Test
  void slicingTakesTheNamedElements() {
    for (Layout base : bases()) {
      for (int axis = 0; axis < 3; axis++) {
        long size = base.shape().dim(axis);
        for (long start = 0; start <= size; start++) {
          for (long end = start; end <= size; end++) {
            for (long step = 1; step <= 3; step++) {
              checkSlice(base, axis, start, end, step);
            }
          }
        }
      }
    }
  }

  private static void checkSlice(Layout base, int axis, long start, long end, long step) {
    List<Long> expected = new ArrayList<>();
    long[] index = new long[3];
    for (long i = 0; i < base.shape().numel(); i++) {
      split(base.shape(), i, index);
      long at = index[axis];
      if (at >= start && at < end && (at - start) % step == 0) {
        expected.add(base.position(i));
      }
    }
    assertThat(positions(base.slice(axis, start, end, step)))
        .as("%s, axis %d, [%d, %d) step %d", base, axis, start, end, step)
        .isEqualTo(expected);
  }

  @Test
  void expandingRepeatsAxesOfSizeOne() {
    for (Layout base : bases()) {
      long[] dims = base.shape().dims();
      long[] target = {2, dims[0] == 1 ? 3 : dims[0], dims[1] == 1 ? 2 : dims[1], dims[2]};
      Layout expanded = base.expand(Shape.of(target));
      long[] to = new long[4];
      long[] from = new long[3];
      for (long i = 0; i < expanded.shape().numel(); i++) {
        split(expanded.shape(), i, to);
        for (int axis = 0; axis < 3; axis++) {
          from[axis] = dims[axis] == 1 ? 0 : to[axis + 1];
        }
        assertThat(expanded.position(i))
            .as("%s expanded to %s, element %d", base, expanded.shape(), i)
            .isEqualTo(base.position(number(base.shape(), from)));
      }
    }
  }

  @Test
  void reshapingWithoutACopyKeepsTheOrderAndIsDoneWheneverStridesCanExpressIt() {
    int views = 0;
    int copies = 0;
    for (Layout base : bases()) {
      for (Layout view : views(base)) {
        for (Shape target : shapesOf(view.shape().numel())) {
          Layout reshaped = view.reshape(target);
          boolean possible = expressible(positions(view), target);
          assertThat(reshaped != null).as("%s as %s", view, target).isEqualTo(possible);
          if (reshaped != null) {
            assertThat(positions(reshaped)).as("%s as %s", view, target).isEqualTo(positions(view));
            views++;
          } else {
            copies++;
          }
        }
      }
    }
    assertThat(views).isPositive();
    assertThat(copies).isPositive();
  }

  @Test
  void rowMajorOrderIsRecognised() {
    for (Layout base : bases()) {
      for (Layout view : views(base)) {
        List<Long> positions = positions(view);
        boolean gapless = true;
        for (int i = 1; i < positions.size(); i++) {
          gapless &= positions.get(i) == positions.get(i - 1) + 1;
        }
        assertThat(view.isContiguous()).as("%s", view).isEqualTo(gapless);
      }
    }
  }

  @Test
  void windowsShowNeighbours() {
    for (Layout base : bases()) {
      for (int axis = 0; axis < 3; axis++) {
        for (long size = 1; size <= base.shape().dim(axis); size++) {
          for (long step = 1; step <= 3; step++) {
            checkWindows(base, base.unfold(axis, size, step), axis, step);
          }
        }
      }
    }
    assertThat(Layout.contiguous(Shape.of(7)).unfold(0, 3, 2).shape()).isEqualTo(Shape.of(3, 3));
  }

  private static void checkWindows(Layout base, Layout windows, int axis, long step) {
    long[] to = new long[4];
    for (long i = 0; i < windows.shape().numel(); i++) {
      split(windows.shape(), i, to);
      long[] from = {to[0], to[1], to[2]};
      from[axis] = to[axis] * step + to[3];
      assertThat(windows.position(i))
          .as("%s as %s, element %d", base, windows, i)
          .isEqualTo(base.position(number(base.shape(), from)));
    }
  }

  @Test
  void diagonalsShowElementsOfOffset() {
    for (Layout base : bases()) {
      for (int[] order : ORDERS) {
        for (long offset = -4; offset <= 4; offset++) {
          checkDiagonal(base, base.diagonal(offset, order[0], order[1]), order, offset);
        }
      }
    }
  }

  private static void checkDiagonal(Layout base, Layout diagonal, int[] order, long offset) {
    List<Long> expected = new ArrayList<>();
    long[] at = new long[3];
    for (long k = 0; k < base.shape().dim(order[2]); k++) {
      for (long i = 0; i < base.shape().dim(order[0]); i++) {
        if (i + offset >= 0 && i + offset < base.shape().dim(order[1])) {
          at[order[0]] = i;
          at[order[1]] = i + offset;
          at[order[2]] = k;
          expected.add(base.position(number(base.shape(), at)));
        }
      }
    }
    assertThat(positions(diagonal))
        .as("%s, diagonal %d of %s", base, offset, Arrays.toString(order))
        .isEqualTo(expected);
  }

  @Test
  void flippedAxesRunBackwards() {
    for (Layout base : bases()) {
      Layout flipped = base.flip(0, 2);
      long[] at = new long[3];
      for (long i = 0; i < base.shape().numel(); i++) {
        split(base.shape(), i, at);
        at[0] = base.shape().dim(0) - 1 - at[0];
        at[2] = base.shape().dim(2) - 1 - at[2];
        assertThat(flipped.position(i)).isEqualTo(base.position(number(base.shape(), at)));
      }
    }
  }

  @Test
  void aHugeStepTakesTheFirstElement() {
    Layout base = Layout.contiguous(Shape.of(5));
    assertThat(base.slice(0, 1, 5, Long.MAX_VALUE).shape()).isEqualTo(Shape.of(1));
    assertThat(base.slice(0, 1, 1, Long.MAX_VALUE).shape()).isEqualTo(Shape.of(0));
  }

  @Test
  void wrongArgumentsAreNamed() {
    Layout base = Layout.contiguous(Shape.of(2, 3));
    assertThatThrownBy(() -> base.permute(0, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessage("permute: order [0, 0] names axis 0 twice.");
    assertThatThrownBy(() -> base.permute(0))
        .isInstanceOf(ShapeException.class)
        .hasMessage("permute: order [0] must name each of the 2 axes of [2, 3] once.");
    assertThatThrownBy(() -> base.slice(1, 2, 4, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("slice: range [2, 4) step 1 does not fit axis 1 of [2, 3] (size 3).");
    assertThatThrownBy(() -> base.slice(1, 0, 3, 0)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> base.expand(Shape.of(2, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "expand: [2, 3] does not expand to [2, 4]: axis 1 is 3, only axes of size 1 can grow.");
    assertThatThrownBy(() -> base.expand(Shape.of(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("expand: [2, 3] has more axes than [3].");
    assertThatThrownBy(() -> base.reshape(Shape.of(4)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("reshape: [2, 3] has 6 elements, [4] has 4.");
    assertThatThrownBy(() -> Layout.of(Shape.of(2), new long[0], 0))
        .isInstanceOf(ShapeException.class)
        .hasMessage("layout: 0 strides were given for [2], one per axis is needed.");
  }

  private static List<Layout> bases() {
    List<Layout> all = new ArrayList<>();
    for (long a = 0; a <= 3; a++) {
      for (long b = 1; b <= 3; b++) {
        for (long c = 1; c <= 4; c++) {
          all.add(Layout.contiguous(Shape.of(a, b, c)));
        }
      }
    }
    return all;
  }

  private static List<Layout> views(Layout base) {
    List<Layout> all = new ArrayList<>();
    for (int[] order : ORDERS) {
      Layout p = base.permute(order);
      all.add(p);
      long size = p.shape().dim(1);
      all.add(p.slice(1, size > 1 ? 1 : 0, size, 1));
      all.add(p.slice(2, 0, p.shape().dim(2), 2));
      all.add(p.slice(0, 0, Math.min(1, p.shape().dim(0)), 1));
    }
    return all;
  }

  private static List<Shape> shapesOf(long numel) {
    List<Shape> all = new ArrayList<>(List.of(Shape.of(numel), Shape.of(1, numel, 1)));
    for (long a = 1; a <= numel; a++) {
      for (long b = 1; numel % a == 0 && b <= numel / a; b++) {
        if (numel / a % b == 0) {
          all.add(Shape.of(a, b, numel / a / b));
        }
      }
    }
    return all;
  }

  /** Whether these positions, in row-major order of the shape, are linear in each axis. */
  private static boolean expressible(List<Long> positions, Shape shape) {
    long[] strides = new long[shape.rank()];
    long block = 1;
    for (int axis = shape.rank() - 1; axis >= 0 && !positions.isEmpty(); axis--) {
      strides[axis] = shape.dim(axis) > 1 ? positions.get((int) block) - positions.get(0) : 0;
      block *= shape.dim(axis);
    }
    return positions.isEmpty()
        || positions(Layout.of(shape, strides, positions.get(0))).equals(positions);
  }

  private static List<Long> positions(Layout layout) {
    List<Long> all = new ArrayList<>();
    long[] index = new long[layout.shape().rank()];
    for (long i = 0; i < layout.shape().numel(); i++) {
      split(layout.shape(), i, index);
      long position = layout.offset();
      for (int axis = 0; axis < index.length; axis++) {
        position += index[axis] * layout.stride(axis);
      }
      assertThat(layout.position(i)).as("%s, element %d", layout, i).isEqualTo(position);
      all.add(position);
    }
    return all;
  }

  private static void split(Shape shape, long number, long[] index) {
    long rest = number;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
  }

  private static long number(Shape shape, long[] index) {
    long number = 0;
    for (int axis = 0; axis < index.length; axis++) {
      number = number * shape.dim(axis) + index[axis];
    }
    return number;
  }
}
