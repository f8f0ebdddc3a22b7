package dev.bearhug.tasks.cli;

import dev.bearhug.tasks.progress.Units;
import dev.bearhug.tasks.registry.TaskPlugin;
import dev.bearhug.tasks.registry.TaskRegistry;
import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.backend.cpu.GemmSelector;
import dev.bearhug.tensor.backend.cpu.VectorSupport;
import dev.bearhug.tensor.backend.cpu.WorkerPool;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code bearhug doctor}: what this machine has, and why something is not used. */
@Command(
    name = "doctor",
    description = "Prints what this machine has, what is used of it and why something is not.")
final class DoctorCommand implements Callable<Integer> {

  private static final int TITLE = 10;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    section("bearhug", VersionProvider.version());
    Runtime runtime = Runtime.getRuntime();
    section(
        "java",
        Runtime.version() + ", " + System.getProperty("java.vm.name"),
        System.getProperty("java.home"));
    section("flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    section(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch")
            + ", "
            + runtime.availableProcessors()
            + " processors");
    section(
        "threads",
        WorkerPool.shared().threads()
            + " in the CPU backend (--threads, -D"
            + WorkerPool.THREADS_PROPERTY
            + ")");
    section("simd", VectorSupport.describe());
    section("products", GemmSelector.shared().report().split("\\R"));
    Backend.Availability bf16 = Backends.get("cpu").fastBf16();
    section(
        "precision",
        "auto is " + (bf16.usable() ? "bf16: " : "f32: ") + bf16.reason() + " (train.precision)");
    boolean usable = backends();
    section("memory", memory().toArray(new String[0]));
    section("caches", caches().toArray(new String[0]));
    for (TaskPlugin task : TaskRegistry.installed().plugins()) {
      section("task", task.name() + ": " + task.description(), "also: " + task.aliases());
    }
    return usable ? ExitCodes.OK : ExitCodes.ENVIRONMENT;
  }

  private boolean backends() {
    boolean usable = false;
    boolean cuda = false;
    for (Backends.Found found : Backends.found()) {
      section(
          found.name(),
          (found.availability().usable() ? "usable: " : "not usable: ")
              + found.availability().reason());
      usable |= found.availability().usable();
      cuda |= found.name().equals("cuda");
    }
    if (!cuda) {
      section("cuda", "not usable: this build has no CUDA backend");
    }
    return usable;
  }

  private static List<String> memory() {
    long physical =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : -1;
    long limit = Backends.get("cpu").allocator(Backends.select("cpu")).stats().limit();
    return List.of(
        (physical < 0 ? "unknown" : Units.bytes(physical)) + " in this machine or container",
        Units.bytes(limit) + " at most for tensors",
        Units.bytes(Runtime.getRuntime().maxMemory()) + " at most for Java objects (-Xmx)");
  }

  private static List<String> caches() {
    Path home = Path.of(System.getProperty("user.home"));
    String presets =
        System.getProperty(
            "org.bytedeco.javacpp.cachedir", home.resolve(".javacpp/cache").toString());
    String djl = System.getenv("DJL_CACHE_DIR");
    return List.of(
        presets + " (libraries of the CPU backend)",
        (djl == null ? home.resolve(".djl.ai").toString() : djl) + " (library of the tokenizers)");
  }

  private void section(String title, String... lines) {
    PrintWriter out = spec.commandLine().getOut();
    for (int i = 0; i < lines.length; i++) {
      out.println(String.format("%-" + TITLE + "s ", i == 0 ? title : "") + lines[i]);
    }
  }
}
