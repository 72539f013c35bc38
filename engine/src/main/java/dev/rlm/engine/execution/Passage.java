package dev.rlm.engine.execution;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rlm.egress.Channel;
import dev.rlm.egress.EgressExecution;
import dev.rlm.egress.EgressReport;
import dev.rlm.egress.EgressSession;
import dev.rlm.egress.FilteredText;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.OutputListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution's way out. Output is written while it runs; the rest is filtered at its end. Should the filter itself fail, what it
 * was given is withheld, never passed. Used by one thread at a time.
 */
final class Passage implements OutputListener {

  /** Stands in the place of what could not be filtered. */
  static final String WITHHELD = "[WITHHELD:filter-failure]";

  private static final Logger log = LoggerFactory.getLogger(Passage.class);

  /** Leaves put together look random by chance: that rule judges each of them alone. */
  private static final String ANY_RANDOM_TEXT = "high-entropy";

  private static final int MAX_FINDINGS_WITH_CALLS = 1_000;
  private static final String LOCALS = "locals";
  private static final String CALL = "call";

  /** Reads what a guest may send: integers of up to 4,300 digits, floats as they were written. */
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(5_000).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final EgressSession session;
  private final ExecutionListener listener;
  private final EgressExecution stream;
  private final Map<Channel, OutputCapture> captures;
  private final Map<Channel, Utf8Pieces> pieces = Map.of(Channel.STDOUT, new Utf8Pieces(), Channel.STDERR, new Utf8Pieces());
  private final List<EgressFinding> findings = Collections.synchronizedList(new ArrayList<>());
  private boolean failed;

  Passage(EgressSession session, int outputKept, ExecutionListener listener) {
    this.session = session;
    this.listener = listener;
    this.captures =
        Map.of(Channel.STDOUT, new OutputCapture(outputKept), Channel.STDERR, new OutputCapture(outputKept));
    this.stream = session.begin(this::release);
  }

  private void release(Channel channel, byte[] bytes) {
    OutputCapture capture = captures.get(channel);
    Utf8Pieces decoder = pieces.get(channel);
    if (capture != null && decoder != null) {
      capture.write(bytes, 0, bytes.length);
      String text = decoder.decode(bytes);
      if (!text.isEmpty()) {
        listener.output(channel == Channel.STDOUT ? Stream.STDOUT : Stream.STDERR, text);
      }
    }
  }

  @Override
  public void output(Stream stream, String text) {
    if (failed) {
      return;
    }
    try {
      this.stream.write(
          switch (stream) {
            case STDOUT -> Channel.STDOUT;
            case STDERR -> Channel.STDERR;
          },
          text.getBytes(StandardCharsets.UTF_8));
      if (listener != ExecutionListener.NONE) {
        this.stream.releaseLines();
      }
    } catch (RuntimeException e) {
      fail("output", e);
      failed = true;
    }
  }

  /** Ends the output; after this, {@link #text} gives all of it. */
  void finishOutput() {
    if (failed) {
      return;
    }
    try {
      report("", stream.finish());
    } catch (RuntimeException e) {
      fail("output", e);
      failed = true;
    }
  }

  /** Returns what was written to a stream, filtered; the middle is left out when there was too much. */
  String text(Stream stream) {
    return failed ? WITHHELD : capture(stream).text();
  }

  /** Returns whether something of the output was left out. */
  boolean truncated() {
    return captures.values().stream().anyMatch(OutputCapture::truncated);
  }

  private OutputCapture capture(Stream stream) {
    return switch (stream) {
      case STDOUT -> Objects.requireNonNull(captures.get(Channel.STDOUT));
      case STDERR -> Objects.requireNonNull(captures.get(Channel.STDERR));
    };
  }

  /** Returns the same functions, with a filter before their arguments. */
  HostCalls calls(HostCalls calls) {
    return calls.functions().isEmpty() ? calls : new FilteredCalls(calls, this::argument);
  }

  /** Filters the arguments of a call, a JSON document; may be called by many threads. */
  private String argument(HostCalls.Destination to, String json) throws HostCalls.HostCallException {
    Channel by =
        switch (to) {
          case CALLER -> Channel.VALUE;
          case MODEL -> Channel.PROMPT;
          case ANSWER -> Channel.ANSWER;
        };
    try {
      Object given = JSON.readValue(json, Object.class);
      Object passed = whole(by, CALL, "arguments", value(by, CALL, "arguments", given));
      if (passed instanceof String) {
        throw new HostCalls.HostCallException("ValueError", "the arguments hold what may not leave the sandbox");
      }
      return Objects.equals(given, passed) ? json : JSON.writeValueAsString(passed);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the arguments of a call could not be filtered", e);
    }
  }

  /** Filters the value of a last expression. */
  String result(String repr) {
    return filtered("result", () -> session.filter(Channel.VALUE, repr));
  }

  /** Filters an exception. */
  ExecutionError error(ExecutionError error) {
    return new ExecutionError(
        filtered("error", () -> session.filter(Channel.ERROR, error.name())),
        filtered("error", () -> session.filter(Channel.ERROR, error.value())),
        filtered("error", () -> session.filter(Channel.ERROR, error.traceback())));
  }

  /** Filters variables: names and values, leaf by leaf, and then what they are together. */
  Map<String, @Nullable Object> locals(Map<String, @Nullable Object> locals) {
    Map<String, @Nullable Object> passed = new LinkedHashMap<>();
    for (Map.Entry<String, @Nullable Object> local : locals.entrySet()) {
      String name = filtered(LOCALS, () -> session.filter(Channel.NAME, local.getKey()));
      Object value = value(Channel.VALUE, LOCALS, local.getKey(), local.getValue());
      passed.put(name, whole(Channel.VALUE, LOCALS, local.getKey(), value));
    }
    return passed;
  }

  private @Nullable Object value(Channel by, String channel, String name, @Nullable Object value) {
    return switch (value) {
      case String text -> filtered(channel, () -> session.filterNamed(by, name, text));
      case List<?> list -> {
        List<@Nullable Object> passed = new ArrayList<>();
        for (Object item : list) {
          passed.add(value(by, channel, name, item));
        }
        yield passed;
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> passed = new LinkedHashMap<>();
        for (Map.Entry<?, ?> member : map.entrySet()) {
          String key = String.valueOf(member.getKey());
          passed.put(
              filtered(channel, () -> session.filter(Channel.NAME, key)), value(by, channel, key, member.getValue()));
        }
        yield passed;
      }
      case Number number -> {
        // A secret may be a number; ten digits can hardly be one.
        String digits = number.toString();
        String passed =
            digits.length() <= 10 ? digits : filtered(channel, () -> session.filterNamed(by, name, digits));
        yield passed.equals(digits) ? value : passed;
      }
      case null -> null;
      default -> value; // Booleans.
    };
  }

  /** A secret may stand in several leaves: what still shows in the whole is not passed at all. */
  private @Nullable Object whole(Channel by, String channel, String name, @Nullable Object value) {
    if (leaves(value) < 2) {
      return value;
    }
    try {
      List<String> rules = new ArrayList<>(session.inspect(by, JSON.writeValueAsString(value)));
      StringBuilder joined = new StringBuilder();
      join(value, joined);
      session.inspect(by, joined.toString()).stream()
          .filter(rule -> !rule.equals(ANY_RANDOM_TEXT) && !rules.contains(rule))
          .forEach(rules::add);
      if (rules.isEmpty()) {
        return value;
      }
      rules.forEach(rule -> note(EgressFinding.ofWhole(rule, channel, "redacted")));
      return "[REDACTED:%s]".formatted(rules.getFirst());
    } catch (JsonProcessingException | RuntimeException e) {
      fail(channel, e);
      log.debug("the variable of {} characters could not be inspected", name.length());
      return WITHHELD;
    }
  }

  /** Returns how many texts and the like there are in a value, names included: one of them alone has been looked at already. */
  private static int leaves(@Nullable Object value) {
    return switch (value) {
      case List<?> list -> list.stream().mapToInt(Passage::leaves).sum();
      case Map<?, ?> map -> map.size() + map.values().stream().mapToInt(Passage::leaves).sum();
      case null -> 0;
      case String _, Number _, Boolean _ -> 1;
      default -> 2; // Of a kind that nobody has looked at.
    };
  }

  /** Appends all leaves with nothing between them; a number that can be a byte counts as its character. */
  private static void join(@Nullable Object value, StringBuilder joined) {
    switch (value) {
      case List<?> list -> list.forEach(item -> join(item, joined));
      case Map<?, ?> map ->
          map.forEach(
              (key, member) -> {
                joined.append(key);
                join(member, joined);
              });
      case Integer number when number >= ' ' && number < 127 -> joined.append((char) number.intValue());
      case null -> {}
      default -> joined.append(value);
    }
  }

  private String filtered(String channel, Supplier<FilteredText> filter) {
    try {
      FilteredText text = filter.get();
      report(channel, text.report());
      return text.text();
    } catch (RuntimeException e) {
      fail(channel, e);
      return WITHHELD;
    }
  }

  private void report(String channel, EgressReport report) {
    EgressFinding.of(report).forEach(finding -> note(channel.isEmpty() ? finding : finding.in(channel)));
  }

  private void fail(String channel, Exception e) {
    log.error("the egress filter failed, and what it was given is withheld: {}", e.getClass().getName());
    log.debug("the failure of the egress filter", e);
    note(EgressFinding.ofWhole("filter-failure", channel, "withheld"));
  }

  /** Keeps a finding; of calls, of which there may be many, no more than a bounded number. */
  private void note(EgressFinding finding) {
    if (!finding.channel().equals(CALL) || findings.size() < MAX_FINDINGS_WITH_CALLS) {
      findings.add(finding);
    }
  }

  List<EgressFinding> findings() {
    return findings;
  }
}
