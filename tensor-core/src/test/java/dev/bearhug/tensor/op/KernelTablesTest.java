package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.backend.cpu.CpuBackend;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KernelTablesTest {

  private static KernelTable table(String backend) {
    return Backends.get(backend).kernels();
  }

  @Test
  void referenceHasThePrimitivesAlone() {
    assertThat(new TreeSet<>(table("reference").ops())).isEqualTo(ExpectedKernels.GENERIC);
  }

  @Test
  void cpuHasThePrimitivesAndTheFastKernels() {
    Set<String> all = new TreeSet<>(ExpectedKernels.GENERIC);
    all.addAll(ExpectedKernels.CPU_FAST);
    assertThat(new TreeSet<>(table("cpu").ops())).isEqualTo(all);
  }

  @Test
  void fastKernelsAreThoseOfThePackageOfTheCpu() {
    KernelTable cpu = table("cpu");
    Set<String> fast = new TreeSet<>();
    for (String op : cpu.ops()) {
      KernelTable.Entry entry = cpu.find(op, DType.F32);
      if (entry != null
          && entry.kernel().getClass().getPackageName().equals(CpuBackend.class.getPackageName())) {
        fast.add(op);
      }
    }
    assertThat(fast).isEqualTo(ExpectedKernels.CPU_FAST);
  }

  @Test
  void everyOpRunsEverywhere() {
    for (String backend : new String[] {"cpu", "reference"}) {
      for (OpCase c : OpCases.all()) {
        Op<?> op = c.op();
        DType key = c.inputs().get(op.spec().key()).dtype();
        assertThat(
                op instanceof ViewOp
                    || op.isComposed()
                    || table(backend).find(op.name(), key) != null)
            .as(c + " of " + key + " on " + backend + " has a kernel or a definition")
            .isTrue();
      }
    }
  }

  @Test
  void kernelsBelongToRegisteredOps() {
    for (String backend : new String[] {"cpu", "reference"}) {
      for (String name : table(backend).ops()) {
        assertThat(OpRegistry.find(name)).as(backend + " kernel " + name).isNotNull();
      }
    }
  }
}
