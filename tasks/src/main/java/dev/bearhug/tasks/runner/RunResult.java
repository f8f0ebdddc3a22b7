package dev.bearhug.tasks.runner;

import dev.bearhug.tasks.report.RunReport;

/**
 * How a run ended.
 *
 * @param folder what it left behind
 * @param report its summary
 * @param alreadyComplete whether it had been complete before, so that nothing was done
 */
public record RunResult(RunFolder folder, RunReport report, boolean alreadyComplete) {}
