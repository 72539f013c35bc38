package dev.rlm.engine.sandbox.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The profile as a seccomp filter would read it. */
final class SeccompProfileTest {

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int ENETUNREACH = 101;

  @Test
  void deniesWhatItDoesNotName() throws IOException {
    for (boolean network : List.of(true, false)) {
      assertEquals("SCMP_ACT_ERRNO", profile(network).path("defaultAction").textValue());
    }
  }

  @Test
  void answersNetworkSocketsThatTheNetworkIsUnreachable() throws IOException {
    JsonNode profile = profile(false);
    assertEquals("SCMP_ACT_ALLOW", socket(profile, AF_UNIX).path("action").textValue());
    for (int family : new int[] {AF_INET, AF_INET6, 16, 17, 40}) {
      JsonNode rule = socket(profile, family);
      assertEquals("SCMP_ACT_ERRNO", rule.path("action").textValue(), "family " + family);
      assertEquals(ENETUNREACH, rule.path("errnoRet").intValue(), "family " + family);
    }
  }

  @Test
  void allowsInternetSocketsWithANetwork() throws IOException {
    JsonNode profile = profile(true);
    for (int family : new int[] {AF_UNIX, AF_INET, AF_INET6}) {
      assertEquals("SCMP_ACT_ALLOW", socket(profile, family).path("action").textValue(), "family " + family);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void namesNoneOfTheCallsThatLeadOut(boolean network) throws IOException {
    Set<String> allowed = new TreeSet<>();
    for (JsonNode rule : profile(network).path("syscalls")) {
      if (rule.path("action").textValue().equals("SCMP_ACT_ALLOW") && rule.path("args").isEmpty()) {
        rule.path("names").forEach(name -> allowed.add(name.textValue()));
      }
    }
    assertTrue(allowed.contains("read"));
    for (String call :
        List.of(
            "fork", "vfork", "clone", "clone3", "ptrace", "process_vm_readv", "process_vm_writev", "mount", "umount2",
            "unshare", "setns", "pivot_root", "chroot", "bpf", "perf_event_open", "keyctl", "add_key", "request_key",
            "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "memfd_create", "init_module",
            "finit_module", "kexec_load", "reboot", "swapon", "socket", "socketpair", "open_by_handle_at", "setuid",
            "setgid", "setgroups", "personality", "iopl", "ioperm", "acct", "quotactl", "fsopen", "move_mount")) {
      assertFalse(allowed.contains(call), call);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void isTheRestOfTheFileWhateverTheNetwork(boolean network) throws IOException {
    assertEquals(withoutNetworkRule(profile(!network)), withoutNetworkRule(profile(network)));
  }

  private static List<JsonNode> withoutNetworkRule(JsonNode profile) {
    List<JsonNode> rules = new ArrayList<>();
    profile
        .path("syscalls")
        .forEach(
            rule -> {
              if (!rule.path("comment").asText().startsWith("network")) {
                rules.add(rule);
              }
            });
    return rules;
  }

  /** Returns the rule that decides on a socket of a family, or the default. */
  private static JsonNode socket(JsonNode profile, int family) {
    for (JsonNode rule : profile.path("syscalls")) {
      boolean named = false;
      for (JsonNode name : rule.path("names")) {
        named |= name.textValue().equals("socket");
      }
      if (named && holds(rule.path("args"), family)) {
        return rule;
      }
    }
    return new ObjectMapper().createObjectNode().put("action", profile.path("defaultAction").textValue());
  }

  private static boolean holds(JsonNode arguments, int family) {
    for (JsonNode argument : arguments) {
      long value = argument.path("value").longValue();
      boolean holds =
          switch (argument.path("op").textValue()) {
            case "SCMP_CMP_EQ" -> family == value;
            case "SCMP_CMP_NE" -> family != value;
            case "SCMP_CMP_LE" -> family <= value;
            case "SCMP_CMP_GE" -> family >= value;
            default -> throw new AssertionError(argument);
          };
      if (argument.path("index").intValue() == 0 && !holds) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode profile(boolean network) throws IOException {
    return new ObjectMapper().readTree(SeccompProfile.load(network));
  }
}
