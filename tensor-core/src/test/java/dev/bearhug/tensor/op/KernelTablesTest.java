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
      for (Op<?> op : OpRegistry.all()) {
        assertThat(
                op instanceof ViewOp
                    || op.isComposed()
                    || table(backend).dtypes(op.name()).contains(DType.F64)
                    || table(backend).dtypes(op.name()).equals(Set.of(DType.BOOL)))
            .as(op + " on " + backend + " has a kernel or a definition")
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
