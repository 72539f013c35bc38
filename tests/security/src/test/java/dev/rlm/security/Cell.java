package dev.rlm.security;

import java.util.List;

/** One combination of runtime and guard. */
enum Cell {
  RUNSC("runsc", true),
  RUNSC_BARE("runsc", false),
  RUNC("runc", true),
  RUNC_BARE("runc", false);

  private final String runtime;
  private final boolean guard;

  Cell(String runtime, boolean guard) {
    this.runtime = runtime;
    this.guard = guard;
  }

  String runtime() {
    return runtime;
  }

  boolean guard() {
    return guard;
  }

  /** Returns the names by which expectations may call it, the most exact first. */
  List<String> names() {
    String layer = guard ? "guard" : "bare";
    return List.of(runtime + " " + layer, runtime, layer, "all");
  }

  String label() {
    return runtime + (guard ? "" : " without guard");
  }
}
