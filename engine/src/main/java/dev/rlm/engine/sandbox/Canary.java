package dev.rlm.engine.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Proves the isolation from inside: creates a sandbox, has it measure what it can do, and holds that against what was asked
 * for. Nothing but this code of ours has run in that sandbox, so its word counts here.
 */
public final class Canary {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** gVisor presents itself as this kernel, whatever the machine runs. */
  private static final String GVISOR_KERNEL = "4.4.0";

  private static final Set<String> ENVIRONMENT = Set.of("PATH", "HOME", "LANG", "LC_CTYPE", "HOSTNAME");

  private static final int MAX_SHOWN = 120;

  private final Map<String, @Nullable Object> measured;
  private final List<IsolationReport.Check> checks = new ArrayList<>();

  private Canary(Map<String, @Nullable Object> measured) {
    this.measured = measured;
  }

  /**
   * Runs a canary.
   *
   * @throws SandboxUnavailableException when there is no sandbox to run it in
   */
  public static IsolationReport probe(SandboxRuntime runtime, SandboxSpec spec, Deadline deadline)
      throws InterruptedException {
    ExecutionResult result;
    try (Sandbox sandbox = runtime.create(spec, deadline)) {
      result =
          sandbox.execute(
              new ExecutionRequest(
                  "canary",
                  script(),
                  Optional.of(new GuestContext.Json("{\"guard\":%b}".formatted(spec.guard()))),
                  TIMEOUT,
                  HostCalls.NONE), (_, _) -> {});
      if (result.outcome() instanceof Outcome.Completed) {
        runtime.proveFiles(sandbox);
      }
    }
    if (!(result.outcome() instanceof Outcome.Completed)) {
      throw new SandboxUnavailableException(
          SandboxUnavailableException.Reason.ISOLATION,
          "the canary did not complete: %s %s"
              .formatted(
                  result.outcome().label(),
                  result.outcome().explanation().map(error -> error.name() + ": " + shown(error.value())).orElse("")));
    }
    return new Canary(result.locals()).report(runtime.isolation(), spec);
  }

  private IsolationReport report(Isolation isolation, SandboxSpec spec) {
    check("user", "not root", "uid", uid -> uid instanceof Integer id && id != 0);
    check("group", "not root", "gid", gid -> gid instanceof Integer id && id != 0);
    is("supplementary groups", "none", "groups", List.of());
    is("capabilities", "none", "capabilities", 0);
    is("no new privileges", "1", "no_new_privileges", 1);
    if (spec.guard()) {
      is("seccomp mode", "2 (filter)", "seccomp", 2);
      is("fork", "EPERM", "fork", "EPERM");
      is("execve", "EPERM", "execve", "EPERM");
    }
    if (!spec.network()) {
      check(
          "connect to 8.8.8.8",
          spec.guard() ? "ENETUNREACH" : "ENETUNREACH or EHOSTUNREACH",
          "connect",
          errno ->
              "ENETUNREACH".equals(errno) || (!spec.guard() && "EHOSTUNREACH".equals(errno)));
      check(
          "network interfaces",
          "none but lo",
          "interfaces",
          names -> names instanceof List<?> list && list.stream().allMatch("lo"::equals));
    }
    is("open /etc/shadow", "EACCES", "shadow", "EACCES");
    check("write to /", "EROFS or EACCES", "write_root", errno -> "EROFS".equals(errno) || "EACCES".equals(errno));
    is("writable mounts", "/tmp alone", "writable", List.of("/tmp"));
    is("write to /tmp", "allowed", "write_tmp", "allowed");
    is("import subprocess", "ImportError", "subprocess", "ImportError");
    check(
        "environment",
        "PATH, HOME, LANG, HOSTNAME",
        "environment",
        names ->
            names instanceof List<?> list
                && list.stream().allMatch(name -> name instanceof String text && ENVIRONMENT.contains(text)));
    boolean gvisor = isolation.runtime().startsWith("runsc");
    check(
        "kernel",
        gvisor ? "gVisor's" : "this machine's",
        "kernel",
        kernel -> GVISOR_KERNEL.equals(kernel) == gvisor);
    return new IsolationReport(checks);
  }

  private void is(String name, String expected, String variable, Object value) {
    check(name, expected, variable, value::equals);
  }

  private void check(String name, String expected, String variable, Predicate<@Nullable Object> test) {
    Object value = measured.get(variable);
    checks.add(new IsolationReport.Check(name, expected, shown(String.valueOf(value)), value != null && test.test(value)));
  }

  private static String shown(String text) {
    String printable = text.replaceAll("[^ -~]", "?");
    return printable.length() <= MAX_SHOWN ? printable : printable.substring(0, MAX_SHOWN) + "...";
  }

  private static String script() {
    try (InputStream in = Canary.class.getResourceAsStream("canary.py")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
