package dev.bearhug.tasks.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code bearhug bench}: the speed suites. */
@Command(
    name = "bench",
    synopsisSubcommandLabel = "SUITE",
    description = "Measures the speed of the engine beside another one.",
    subcommands = BenchCpuCommand.class)
final class BenchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Missing suite: say which, for example \"bearhug bench cpu\".");
  }
}
