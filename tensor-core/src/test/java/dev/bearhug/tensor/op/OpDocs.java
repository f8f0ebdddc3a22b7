package dev.bearhug.tensor.op;

import dev.bearhug.tensor.DType;
import dev.bearhug.tensor.Device;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.backend.KernelTable;
import dev.bearhug.tensor.backend.cpu.CpuBackend;
import dev.bearhug.tensor.op.std.StandardOps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes {@code docs/ops.md}: every op of the registry, from its declaration and its samples. */
final class OpDocs {

  private static final String HEAD =
      """
      # Ops

      Written by `OpDocsTest` from the registry; `mvn test -pl tensor-core -Dtest=OpDocsTest -Dbearhug.writeDocs` writes it anew.

      - **op**: inputs (`?`: may be absent, `...`: any number) and outputs. What each computes, its shapes and its source stand in the Javadoc of its class in `dev.bearhug.tensor.op.std`.
      - **gradient**: *own*: the op has a rule; *composed*: its definition by other ops is differentiated; *none*: there is none, asking for it is an error.
      - **cpu**: the types that have a fast kernel. *plain* types run in simple loops, *definition* means that the op runs as the ops it is made of, *view* that it computes nothing. The backend
        `reference` has the simple loops and definitions alone.
      - **error**: largest difference from the definition in double precision, divided by the largest value (at least 1), over the samples of the contract test and, where the op has a rule, their gradients;
        measured with the Vector API and oneDNN.

      | op | gradient | cpu | error F32 | error BF16 |
      |---|---|---|---|---|
      """;

  private OpDocs() {}

  /** The document; errors are measured now. */
  static String write() {
    StringBuilder s = new StringBuilder(HEAD);
    List<Op<?>> ops = new ArrayList<>(StandardOps.all());
    ops.sort(Comparator.comparing(op -> op.name()));
    for (Op<?> op : ops) {
      s.append("| `")
          .append(op.spec())
          .append("` | ")
          .append(op.gradientKind().name().toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(kernels(op))
          .append(" | ")
          .append(error(op, DType.F32))
          .append(" | ")
          .append(error(op, DType.BF16))
          .append(" |\n");
    }
    return s.toString();
  }

  /** The document without the measured columns, which differ between processors. */
  static String withoutErrors(String document) {
    return document
        .lines()
        .map(l -> l.startsWith("| `") ? l.replaceFirst("(\\|[^|]*){2}\\|$", "|") : l)
        .collect(Collectors.joining("\n"));
  }

  private static String kernels(Op<?> op) {
    if (op instanceof ViewOp) {
      return "view";
    }
    KernelTable table = Backends.get("cpu").kernels();
    Set<DType> fast = EnumSet.noneOf(DType.class);
    Set<DType> plain = EnumSet.noneOf(DType.class);
    for (DType d : table.dtypes(op.name())) {
      String home = table.find(op.name(), d).kernel().getClass().getPackageName();
      (home.equals(CpuBackend.class.getPackageName()) ? fast : plain).add(d);
    }
    List<String> parts = new ArrayList<>();
    if (!fast.isEmpty()) {
      parts.add(names(fast));
    }
    if (!plain.isEmpty()) {
      parts.add("plain " + names(plain));
    }
    if (op.isComposed() && plain.isEmpty()) {
      parts.add(parts.isEmpty() ? "definition" : "else definition");
    }
    return String.join(", ", parts);
  }

  private static String names(Set<DType> types) {
    return types.stream().map(DType::name).collect(Collectors.joining(" "));
  }

  private static String error(Op<?> op, DType type) {
    if (op.spec().mutates()) {
      return "–";
    }
    double worst = -1;
    for (OpCase original : OpCases.of(op)) {
      if (!original.takesFloats()) {
        continue;
      }
      OpCase c = original.rounded(type, InputForm.ROW_MAJOR);
      worst =
          Math.max(
              worst,
              relative(
                  c.forward(Device.CPU, type, InputForm.ROW_MAJOR),
                  c.forward(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR)));
      if (op.gradientKind() == Op.GradientKind.OWN) {
        worst =
            Math.max(
                worst,
                relative(
                    c.gradient(Device.CPU, type, InputForm.ROW_MAJOR),
                    c.gradient(Device.REFERENCE, DType.F64, InputForm.ROW_MAJOR)));
      }
    }
    return worst < 0 ? "–" : worst == 0 ? "0" : String.format(Locale.ROOT, "%.0e", worst);
  }

  private static double relative(OpCase.Result actual, OpCase.Result wanted) {
    double worst = 0;
    for (int i = 0; i < wanted.values().size(); i++) {
      double[] w = wanted.values().get(i);
      if (w != null) {
        double size = Math.max(1, Closeness.largest(w));
        double d = Closeness.distance(List.of(actual.values().get(i)), List.of(w));
        worst = Math.max(worst, d / size);
      }
    }
    return worst;
  }
}
