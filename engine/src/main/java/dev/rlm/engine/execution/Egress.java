package dev.rlm.engine.execution;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rlm.egress.Channel;
import dev.rlm.egress.ContextIndex;
import dev.rlm.egress.EgressExecution;
import dev.rlm.egress.EgressFilter;
import dev.rlm.egress.EgressPolicy;
import dev.rlm.egress.EgressReport;
import dev.rlm.egress.EgressSession;
import dev.rlm.egress.FilteredText;
import dev.rlm.egress.RuleSet;
import dev.rlm.engine.sandbox.ExecutionError;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import dev.rlm.engine.sandbox.OutputListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out: everything that leaves a sandbox passes here. Should the filter itself fail, what it was given is withheld,
 * never passed. Safe for use by many threads.
 */
public final class Egress {

  /** Stands in the place of what could not be filtered. */
  static final String WITHHELD = "[WITHHELD:filter-failure]";

  /** Leaves put together look random by chance: that rule judges each of them alone. */
  private static final String ANY_RANDOM_TEXT = "high-entropy";
  private static final int MAX_FINDINGS_WITH_CALLS = 1_000;
  private static final String LOCALS = "locals";
  private static final String CALL = "call";

  private static final Logger log = LoggerFactory.getLogger(Egress.class);

  /** Reads what a guest may send: integers of up to 4,300 digits, floats as they were written. */
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(5_000).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /** Larger documents are not searched for copies of: their index would not fit in memory. */
  private static final long LARGEST_INDEXED = 512L << 20;

  private final EgressFilter filter;
  private final Map<String, CompletableFuture<ContextIndex>> indexes = new ConcurrentHashMap<>();

  private Egress(EgressFilter filter) {
    this.filter = filter;
  }

  /** Creates the filter with the standard policy and rules; {@code secrets} are the engine's own, and never pass. */
  public static Egress of(List<String> secrets) {
    return of(secrets, EgressPolicy.defaults(), RuleSet.standard());
  }

  /** Creates the filter; {@code secrets} are the engine's own, and never pass. */
  public static Egress of(List<String> secrets, EgressPolicy policy, RuleSet rules) {
    EgressFilter.Builder builder = EgressFilter.builder().policy(policy).rules(rules);
    secrets.forEach(secret -> builder.ownSecret(secret.getBytes(StandardCharsets.UTF_8)));
    return new Egress(builder.build());
  }

  /** Opens the way out of a sandbox, which remembers what has left by it. */
  public Session open(Optional<GuestContext> context) {
    return new Session(
        context.flatMap(this::index).map(filter::openSession).orElseGet(filter::openSession));
  }

  /**
   * Makes ready to recognise copies of a stored document, so that no execution has to wait for that. One that comes while this is
   * under way waits for its end.
   */
  public void prepare(GuestContext.Stored context) {
    Optional<ContextIndex> prepared = index(context);
    log.debug("context {} is {}", context.contentHash(), prepared.isPresent() ? "indexed" : "too large to be indexed");
  }

  /** Forgets a stored document. */
  public void forget(String contentHash) {
    indexes.remove(contentHash);
  }

  private Optional<ContextIndex> index(GuestContext context) {
    return switch (context) {
      case GuestContext.Json(String json) -> Optional.of(filter.index(document(json).getBytes(StandardCharsets.UTF_8)));
      case GuestContext.Stored stored ->
          stored.bytes() > LARGEST_INDEXED
              ? Optional.empty()
              : Optional.of(shared(stored));
    };
  }

  /** A context that is one text is looked for as that text, not as its escaped form. */
  private static String document(String json) {
    if (!json.startsWith("\"")) {
      return json;
    }
    try {
      return JSON.readTree(json).asText();
    } catch (JsonProcessingException e) {
      return json;
    }
  }

  /** Whoever comes first makes the index, and the others wait for it. */
  private ContextIndex shared(GuestContext.Stored stored) {
    CompletableFuture<ContextIndex> made = new CompletableFuture<>();
    CompletableFuture<ContextIndex> known = indexes.putIfAbsent(stored.contentHash(), made);
    if (known != null) {
      return known.join();
    }
    try {
      made.complete(filter.index(map(stored.data())));
    } catch (RuntimeException e) {
      indexes.remove(stored.contentHash(), made);
      made.completeExceptionally(e);
      throw e;
    }
    return made.join();
  }

  /** A document as memory, for as long as its index is used: also after its file was deleted. */
  private static MemorySegment map(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (IOException e) {
      throw new UncheckedIOException("the context in %s cannot be read".formatted(file), e);
    }
  }

  /** The way out of one sandbox, over all of its executions. */
  public static final class Session {

    private final EgressSession session;

    private Session(EgressSession session) {
      this.session = session;
    }

    /** Filters variables' names and the names of their types. What becomes the same by that is there once. */
    public Map<String, String> names(Map<String, String> names) {
      Map<String, String> passed = new LinkedHashMap<>();
      names.forEach((name, type) -> passed.put(name(name), name(type)));
      return passed;
    }

    /** Filters text that goes to a model. */
    public Passed prompt(String text) {
      return pass(Channel.PROMPT, text);
    }

    /** Filters text that is an answer to whoever asked. */
    public Passed answer(String text) {
      return pass(Channel.ANSWER, text);
    }

    private Passed pass(Channel channel, String text) {
      try {
        FilteredText passed = session.filter(channel, text);
        return new Passed(passed.text(), EgressFinding.of(passed.report()));
      } catch (RuntimeException e) {
        log.error("the egress filter failed, and a text is withheld: {}", e.getClass().getName());
        return new Passed(WITHHELD, List.of(new EgressFinding("filter-failure", EgressFinding.name(channel), 0, 0, "withheld")));
      }
    }

    private String name(String name) {
      try {
        return session.filter(Channel.NAME, name).text();
      } catch (RuntimeException e) {
        log.error("the egress filter failed, and a name is withheld: {}", e.getClass().getName());
        return WITHHELD;
      }
    }

    /** Begins an execution, of which {@code outputKept} bytes of each output stream are kept. */
    Passage begin(int outputKept, ExecutionListener listener) {
      return new Passage(session, outputKept, listener);
    }
  }

  /**
   * Text that has passed the filter.
   *
   * @param text what may leave of it
   * @param findings what the filter found
   */
  public record Passed(String text, List<EgressFinding> findings) {

    /** Copies the list. */
    public Passed {
      findings = List.copyOf(findings);
    }
  }

  /** One execution's way out. Output is written while it runs; the rest is filtered at its end. Used by one thread at a time. */
  static final class Passage implements OutputListener {

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
      if (!(value instanceof List<?> || value instanceof Map<?, ?>)) {
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
        rules.forEach(rule -> note(new EgressFinding(rule, channel, 0, 0, "redacted")));
        return "[REDACTED:%s]".formatted(rules.getFirst());
      } catch (JsonProcessingException | RuntimeException e) {
        fail(channel, e);
        log.debug("the variable of {} characters could not be inspected", name.length());
        return WITHHELD;
      }
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
      note(new EgressFinding("filter-failure", channel, 0, 0, "withheld"));
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
}
