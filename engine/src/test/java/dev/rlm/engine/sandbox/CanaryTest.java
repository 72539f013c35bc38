package dev.rlm.engine.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class CanaryTest {

  private static final Isolation RUNSC = new Isolation("runsc", "release-20240729.0", "none");
  private static final Isolation RUNC = new Isolation("runc", "1.3", "none");
  private static final ResourceLimits LIMITS =
      new ResourceLimits(ByteSize.mebibytes(512), 50, 1, ByteSize.mebibytes(64));
  private static final SandboxSpec SAFE = new SandboxSpec(LIMITS, false, true);

  private static Map<String, @Nullable Object> sound() {
    Map<String, @Nullable Object> measured = new LinkedHashMap<>();
    measured.put("uid", 20_001);
    measured.put("gid", 20_001);
    measured.put("groups", List.of());
    measured.put("capabilities", 0);
    measured.put("no_new_privileges", 1);
    measured.put("seccomp", 2);
    measured.put("fork", "EPERM");
    measured.put("execve", "EPERM");
    measured.put("connect", "ENETUNREACH");
    measured.put("interfaces", List.of("lo"));
    measured.put("shadow", "EACCES");
    measured.put("write_root", "EROFS");
    measured.put("writable", List.of("/tmp"));
    measured.put("write_tmp", "allowed");
    measured.put("subprocess", "ImportError");
    measured.put("environment", List.of("HOME", "HOSTNAME", "LANG", "PATH"));
    measured.put("kernel", "4.4.0");
    return measured;
  }

  @Test
  void holdsWhenEverythingIsAsItMustBe() throws Exception {
    IsolationReport report = probe(RUNSC, SAFE, sound());
    assertTrue(report.holds(), report.failures());
    assertEquals("", report.failures());
    assertEquals(17, report.checks().size());
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("uid", 0, "user is 0, not not root"),
        Arguments.of("uid", "20001", "user is 20001, not not root"),
        Arguments.of("gid", 0, "group is 0"),
        Arguments.of("groups", List.of(0), "supplementary groups is [0]"),
        Arguments.of("capabilities", 1, "capabilities is 1"),
        Arguments.of("capabilities", 1L << 40, "capabilities is 1099511627776"),
        Arguments.of("no_new_privileges", 0, "no new privileges is 0"),
        Arguments.of("no_new_privileges", -1, "no new privileges is -1"),
        Arguments.of("writable", List.of("/", "/tmp"), "writable mounts is [/, /tmp]"),
        Arguments.of("writable", List.of("/context", "/tmp"), "writable mounts is [/context, /tmp]"),
        Arguments.of("writable", List.of(), "writable mounts is []"),
        Arguments.of("seccomp", 0, "seccomp mode is 0"),
        Arguments.of("seccomp", 1, "seccomp mode is 1"),
        Arguments.of("fork", "allowed", "fork is allowed"),
        Arguments.of("fork", "EAGAIN", "fork is EAGAIN"),
        Arguments.of("execve", "allowed", "execve is allowed"),
        Arguments.of("execve", "ENOENT", "execve is ENOENT"),
        Arguments.of("connect", "allowed", "connect to 8.8.8.8 is allowed"),
        Arguments.of("connect", "TimeoutError", "connect to 8.8.8.8 is TimeoutError"),
        Arguments.of("connect", "EHOSTUNREACH", "connect to 8.8.8.8 is EHOSTUNREACH"),
        Arguments.of("connect", "ECONNREFUSED", "connect to 8.8.8.8 is ECONNREFUSED"),
        Arguments.of("interfaces", List.of("lo", "eth0"), "network interfaces is [lo, eth0]"),
        Arguments.of("interfaces", "lo", "network interfaces is lo"),
        Arguments.of("interfaces", Collections.singletonList(null), "network interfaces is [null]"),
        Arguments.of("shadow", "allowed", "open /etc/shadow is allowed"),
        Arguments.of("shadow", "ENOENT", "open /etc/shadow is ENOENT"),
        Arguments.of("write_root", "allowed", "write to / is allowed"),
        Arguments.of("write_root", "ENOSPC", "write to / is ENOSPC"),
        Arguments.of("write_tmp", "EROFS", "write to /tmp is EROFS"),
        Arguments.of("subprocess", "allowed", "import subprocess is allowed"),
        Arguments.of("environment", List.of("PATH", "RLM_API_KEY"), "environment is [PATH, RLM_API_KEY]"),
        Arguments.of("kernel", "6.12.0", "kernel is 6.12.0, not gVisor's"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void findsEachSinglePropertyThatIsWrong(String variable, Object value, String failure) throws Exception {
    Map<String, @Nullable Object> measured = sound();
    measured.put(variable, value);
    IsolationReport report = probe(RUNSC, SAFE, measured);
    assertFalse(report.holds());
    assertTrue(report.failures().startsWith(failure), report.failures());
    assertFalse(report.failures().contains(";"), report.failures());
  }

  static Stream<String> variables() {
    return sound().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("variables")
  void refusesAMeasurementThatIsMissing(String variable) throws Exception {
    Map<String, @Nullable Object> measured = sound();
    measured.remove(variable);
    assertEquals(1, failures(probe(RUNSC, SAFE, measured)));
    measured.put(variable, null);
    assertEquals(1, failures(probe(RUNSC, SAFE, measured)));
  }

  @ParameterizedTest
  @MethodSource("variables")
  void refusesAMeasurementOfAnotherKind(String variable) throws Exception {
    Map<String, @Nullable Object> measured = sound();
    measured.put(variable, Map.of("type", "object", "repr", "..."));
    assertEquals(1, failures(probe(RUNSC, SAFE, measured)));
  }

  @Test
  void findsGvisorsKernelWherePlainContainersWereAskedFor() throws Exception {
    Map<String, @Nullable Object> measured = sound();
    assertEquals("kernel is 4.4.0, not this machine's", probe(RUNC, SAFE, measured).failures());
    measured.put("kernel", "6.12.0");
    assertTrue(probe(RUNC, SAFE, measured).holds());
  }

  @Test
  void doesNotAskForTheGuardWhereItIsOff() throws Exception {
    SandboxSpec unguarded = new SandboxSpec(LIMITS, false, false);
    Map<String, @Nullable Object> measured = sound();
    measured.put("seccomp", 0);
    measured.put("fork", "allowed");
    measured.put("execve", "allowed");
    measured.put("connect", "EHOSTUNREACH");
    assertTrue(probe(RUNSC, unguarded, measured).holds());
    measured.put("connect", "allowed");
    assertFalse(probe(RUNSC, unguarded, measured).holds());
  }

  @Test
  void doesNotAskForTheAbsenceOfANetworkWhereThereIsToBeOne() throws Exception {
    SandboxSpec networked = new SandboxSpec(LIMITS, true, true);
    Map<String, @Nullable Object> measured = sound();
    measured.put("connect", "allowed");
    measured.put("interfaces", List.of("lo", "eth0"));
    assertTrue(probe(new Isolation("runsc", "1", "bridge"), networked, measured).holds());
  }

  @Test
  void refusesACanaryThatDoesNotComplete() {
    FakeSandboxRuntime runtime =
        new FakeSandboxRuntime(
            RUNSC, (_, _) -> Results.of(new Outcome.Raised(new ExecutionError("OSError", "line\nline", "")), sound()));
    SandboxUnavailableException e =
        assertThrows(
            SandboxUnavailableException.class,
            () -> Canary.probe(runtime, SAFE, Deadline.after(Duration.ofSeconds(30))));
    assertEquals(SandboxUnavailableException.Reason.ISOLATION, e.reason());
    assertEquals("the canary did not complete: raised OSError: line?line", e.getMessage());
    assertEquals(0, runtime.open());
  }

  @Test
  void showsWhatWasMeasuredShortenedAndPrintable() throws Exception {
    Map<String, @Nullable Object> measured = sound();
    measured.put("kernel", "\u001b[2J" + "k".repeat(1_000));
    String failures = probe(RUNSC, SAFE, measured).failures();
    assertTrue(failures.contains("?[2Jkkk"), failures);
    assertTrue(failures.length() < 200, failures);
  }

  @Test
  void measuresInASandboxOfTheKindAskedForAndClosesIt() throws Exception {
    List<ExecutionRequest> requests = new ArrayList<>();
    FakeSandboxRuntime runtime =
        new FakeSandboxRuntime(
            RUNSC,
            (request, _) -> {
              requests.add(request);
              return Results.of(new Outcome.Completed(), sound());
            });
    Canary.probe(runtime, SAFE, Deadline.after(Duration.ofSeconds(30)));
    assertEquals(List.of(SAFE), runtime.specs());
    assertEquals(0, runtime.open());
    assertTrue(requests.getFirst().code().contains("/etc/shadow"));
    assertEquals(Optional.of(new GuestContext.Json("{\"guard\":true}")), requests.getFirst().context());
  }

  @Test
  void measuresEachVariableThatItJudges() throws Exception {
    List<String> codes = new ArrayList<>();
    FakeSandboxRuntime runtime =
        new FakeSandboxRuntime(
            RUNSC,
            (request, _) -> {
              codes.add(request.code());
              return Results.of(new Outcome.Completed(), sound());
            });
    Canary.probe(runtime, SAFE, Deadline.after(Duration.ofSeconds(30)));
    for (String variable : sound().keySet()) {
      assertTrue(codes.getFirst().lines().anyMatch(line -> line.strip().startsWith(variable + " = ")), variable);
    }
  }

  private static long failures(IsolationReport report) {
    return report.checks().stream().filter(check -> !check.holds()).count();
  }

  private static IsolationReport probe(Isolation isolation, SandboxSpec spec, Map<String, @Nullable Object> measured)
      throws InterruptedException {
    return Canary.probe(
        new FakeSandboxRuntime(isolation, (_, _) -> Results.of(new Outcome.Completed(), measured)),
        spec,
        Deadline.after(Duration.ofSeconds(30)));
  }
}
