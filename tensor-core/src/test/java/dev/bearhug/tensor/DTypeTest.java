package dev.bearhug.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DTypeTest {

  @Test
  void promotionIsSymmetricAndFollowsTheTable() {
    DType[] order = {DType.BOOL, DType.U8, DType.I32, DType.I64, DType.F16, DType.F32, DType.F64};
    for (int i = 0; i < order.length; i++) {
      for (int j = 0; j < order.length; j++) {
        assertThat(DType.promote(order[i], order[j]))
            .as("%s with %s", order[i], order[j])
            .isEqualTo(order[Math.max(i, j)]);
      }
    }
    assertThat(DType.promote(DType.BF16, DType.F16)).isEqualTo(DType.F32);
    assertThat(DType.promote(DType.F16, DType.BF16)).isEqualTo(DType.F32);
    assertThat(DType.promote(DType.BF16, DType.I64)).isEqualTo(DType.BF16);
    assertThat(DType.promote(DType.F64, DType.BF16)).isEqualTo(DType.F64);
  }

  @Test
  void everyBrainFloatSurvivesRounding() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Float.intBitsToFloat(bits << 16);
      short rounded = DType.bf16(value);
      if (Float.isNaN(value)) {
        assertThat(Float.intBitsToFloat(rounded << 16)).as("bits %x", bits).isNaN();
      } else {
        assertThat(rounded).as("bits %x", bits).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void roundingToBrainFloatTakesTheNearestAndTiesToEven() {
    long seed = 71;
    Random random = new Random(seed);
    for (int i = 0; i < 200_000; i++) {
      int bits = i % 4 == 0 ? random.nextInt() & 0xffff8000 : random.nextInt();
      float value = Float.intBitsToFloat(bits);
      if (!Float.isFinite(value)) {
        continue;
      }
      int below = bits >>> 16;
      int above = below + 1;
      int rest = bits & 0xffff;
      int expected = rest < 0x8000 ? below : rest > 0x8000 ? above : below + (below & 1);
      assertThat(DType.bf16(value)).as("seed %d, bits %x", seed, bits).isEqualTo((short) expected);
    }
  }

  @Test
  void roundingToBrainFloatKeepsTheEdges() {
    assertThat(DType.bf16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    assertThat(DType.bf16(-Float.MAX_VALUE)).isEqualTo((short) 0xff80);
    assertThat(DType.bf16(-0f)).isEqualTo((short) 0x8000);
    for (int nan : new int[] {0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff}) {
      int back = DType.bf16(Float.intBitsToFloat(nan)) << 16;
      assertThat(Float.intBitsToFloat(back)).as("bits %x", nan).isNaN();
    }
  }
}
