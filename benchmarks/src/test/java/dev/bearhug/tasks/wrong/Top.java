package dev.bearhug.tasks.wrong;

/** What no lower module may use. */
public final class Top {}
