package dev.rlm.engine.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rlm.engine.sandbox.HostCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A call of a host's function is a way out of the sandbox, and passes the filter like any other. */
final class FilteredCallsTest {

  private static final String SECRET = "a-secret-of-the-engine";

  private final List<String> called = new ArrayList<>();
  private final Passage passage =
      Egress.of(List.of(SECRET)).open(Optional.empty()).begin(1_000, ExecutionListener.NONE);
  private final HostCalls calls = passage.calls(new Recording());

  private final class Recording implements HostCalls {
    @Override
    public Set<String> functions() {
      return Set.of("f");
    }

    @Override
    public String call(String name, String arguments, String keywords) {
      called.add(name + arguments + keywords);
      return "null";
    }
  }

  @Test
  void harmlessArgumentsPassAsTheyAre() throws Exception {
    String arguments = "[1.10,1e2," + "9".repeat(4_300) + ",\"é\\u0000\",null,true,{\"k\":[[]]}]";
    calls.call("f", arguments, "{\"a\":0.1}");
    assertEquals(List.of("f" + arguments + "{\"a\":0.1}"), called);
    assertEquals(List.of(), passage.findings());
  }

  @Test
  void secretsInArgumentsAreRedactedAndReported() throws Exception {
    calls.call("f", "[[\"x " + SECRET + "\"]]", "{\"k\":{\"" + SECRET + "\":1}}");
    assertFalse(called.getFirst().contains(SECRET), called::toString);
    assertEquals("f[[\"x [REDACTED:engine-secret]\"]]", called.getFirst().substring(0, called.getFirst().indexOf('{')));
    assertEquals(List.of("call", "call"), passage.findings().stream().map(EgressFinding::channel).toList());
  }

  @Test
  void whatManyCallsFindIsBounded() throws Exception {
    for (int i = 0; i < 1_100; i++) {
      calls.call("f", "[\"" + SECRET + "\"]", "{}");
    }
    assertEquals(1_000, passage.findings().size());
  }

  @Test
  void whatCannotBeReadDoesNotPass() {
    assertThrows(IllegalStateException.class, () -> calls.call("f", "[", "{}"));
    assertEquals(List.of(), called);
  }

  @Test
  void noFunctionsNeedNoFilter() {
    assertSame(HostCalls.NONE, passage.calls(HostCalls.NONE));
    assertEquals(Set.of("f"), calls.functions());
  }
}
