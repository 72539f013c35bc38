package dev.rlm.engine.model.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.Eventually;
import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.ModelException;
import dev.rlm.engine.model.ModelRequest;
import dev.rlm.engine.model.TokenUsage;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.models.Answer;
import dev.rlm.models.Asked;
import dev.rlm.models.ModelServer;
import dev.rlm.models.Script;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class OpenAiModelClientTest {

  private static final String KEY = "sk-secret-0123456789";

  private volatile Script script = _ -> Answer.text("hello");
  private final ModelServer server = ModelServer.start(asked -> script.answer(asked));
  private final OpenAiModelClient client = new OpenAiModelClient(server.baseUrl(), KEY, new ByteSize(100_000));

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private static ModelRequest request(Duration time) {
    return new ModelRequest(
        "gpt-test",
        List.of(ChatMessage.system("be brief"), ChatMessage.user("hi"), ChatMessage.assistant("yes?"), ChatMessage.user("é\u0000✓")),
        77,
        Deadline.after(time));
  }

  private Completion ask() throws InterruptedException {
    return client.complete(request(Duration.ofSeconds(30)));
  }

  private ModelException fails(Answer answer) {
    script = _ -> answer;
    ModelException failure = assertThrows(ModelException.class, this::ask);
    assertFalse(failure.getMessage().contains(KEY), failure.getMessage());
    assertTrue(failure.getMessage().startsWith("the model gpt-test "), failure.getMessage());
    return failure;
  }

  private static Answer json(String body) {
    return new Answer.Raw(200, Map.of(), body);
  }

  @Test
  void asksAndReadsTheAnswer() throws InterruptedException {
    Completion completion = ask();
    assertEquals(new Completion("hello", new TokenUsage(5, 0, 2, false), Completion.Finish.STOP, 0), completion);
    Asked asked = server.asked().getFirst();
    assertEquals("/v1/chat/completions", asked.path());
    assertEquals("Bearer " + KEY, asked.authorization());
    assertEquals("gpt-test", asked.model());
    assertEquals(77, asked.maxTokens());
    assertEquals(
        List.of(
            new Asked.Message("system", "be brief"),
            new Asked.Message("user", "hi"),
            new Asked.Message("assistant", "yes?"),
            new Asked.Message("user", "é\u0000✓")),
        asked.messages());
  }

  @Test
  void saysWhyTheModelStopped() throws InterruptedException {
    script = _ -> new Answer.Text("cut", "length");
    assertEquals(Completion.Finish.LENGTH, ask().finish());
    script = _ -> new Answer.Text("", "content_filter");
    assertEquals(Completion.Finish.OTHER, ask().finish());
    script = _ -> json("{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"x\"}}]}");
    assertEquals(Completion.Finish.OTHER, ask().finish());
  }

  @Test
  void figuresThatAreMissingOrCannotBeAreEstimated() throws InterruptedException {
    String answer =
        "{\"id\":\"1\",\"created\":1,\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"12345678\"}}]%s}";
    for (String usage :
        List.of(
            "",
            ",\"usage\":null",
            ",\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":1,\"total_tokens\":1}",
            ",\"usage\":{\"prompt_tokens\":\"many\",\"completion_tokens\":1,\"total_tokens\":1}",
            ",\"usage\":{\"prompt_tokens\":9000000000000000000,\"completion_tokens\":1,\"total_tokens\":1}",
            ",\"usage\":{}")) {
      script = _ -> json(answer.formatted(usage));
      assertEquals(new TokenUsage(5, 0, 2, true), ask().usage(), usage);
    }
    script =
        _ ->
            json(
                answer.formatted(
                    ",\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":9,\"total_tokens\":59,\"prompt_tokens_details\":{\"cached_tokens\":40}}"));
    assertEquals(new TokenUsage(50, 40, 9, false), ask().usage());
  }

  @Test
  void contentThatIsMissingIsEmpty() throws InterruptedException {
    script = _ -> json("{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":null}}]}");
    assertEquals("", ask().text());
  }

  @Test
  void tellsWhatKindOfFailureItIs() {
    assertEquals(ModelException.Reason.REFUSED, fails(Answer.failure(401, "bad key " + KEY)).reason());
    assertEquals(ModelException.Reason.REFUSED, fails(Answer.failure(404, "no model")).reason());
    assertEquals(ModelException.Reason.RATE_LIMITED, fails(Answer.failure(429, "slow down")).reason());
    assertEquals(ModelException.Reason.PROVIDER_FAILED, fails(Answer.failure(503, "down")).reason());
    assertEquals(ModelException.Reason.PROVIDER_FAILED, fails(new Answer.Raw(502, Map.of(), "<html>")).reason());
    assertEquals(ModelException.Reason.UNREACHABLE, fails(new Answer.Cut()).reason());
    assertEquals(ModelException.Reason.BAD_ANSWER, fails(json("{\"choices\":[]}")).reason());
    assertEquals(ModelException.Reason.BAD_ANSWER, fails(json("{}")).reason());
    assertEquals(ModelException.Reason.BAD_ANSWER, fails(json("nonsense")).reason());
    assertEquals(ModelException.Reason.BAD_ANSWER, fails(Answer.text("x".repeat(200_000))).reason());
  }

  @Test
  void saysHowLongTheProviderWantsToBeLeftAlone() {
    assertEquals(
        Optional.of(Duration.ofMillis(1_500)),
        fails(new Answer.Raw(429, Map.of("Retry-After", "1.5"), "{}")).retryAfter());
    assertEquals(Optional.empty(), fails(new Answer.Raw(429, Map.of("Retry-After", "soon"), "{}")).retryAfter());
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(90));
    Duration wait = fails(new Answer.Raw(503, Map.of("Retry-After", date), "{}")).retryAfter().orElseThrow();
    assertTrue(wait.compareTo(Duration.ofSeconds(60)) > 0 && wait.compareTo(Duration.ofSeconds(90)) <= 0, wait::toString);
  }

  @Test
  void followsNoRedirect() {
    try (ModelServer other = ModelServer.start(_ -> Answer.text("stolen"))) {
      ModelException failure =
          fails(new Answer.Raw(307, Map.of("Location", other.baseUrl() + "/chat/completions"), ""));
      assertEquals(ModelException.Reason.REFUSED, failure.reason());
      assertEquals(List.of(), other.asked());
    }
  }

  @Test
  void theAnswerMustBeThereByTheDeadline() {
    script = _ -> new Answer.Late(Duration.ofSeconds(100), Answer.text("late"));
    ModelException failure =
        assertThrows(ModelException.class, () -> client.complete(request(Duration.ofMillis(300))));
    assertEquals(ModelException.Reason.TIMEOUT, failure.reason());
  }

  @Test
  void aServerThatIsNotThereIsUnreachable() {
    ModelServer gone = ModelServer.start(_ -> Answer.text(""));
    gone.close();
    try (OpenAiModelClient lost = new OpenAiModelClient(gone.baseUrl(), KEY, new ByteSize(1_000))) {
      ModelException failure =
          assertThrows(ModelException.class, () -> lost.complete(request(Duration.ofSeconds(30))));
      assertEquals(ModelException.Reason.UNREACHABLE, failure.reason());
    }
  }

  @Test
  void aConnectionThatWasClosedMeanwhileIsNotUsedAgain() throws Exception {
    int port = server.baseUrl().getPort();
    ask();
    server.close();
    try (ModelServer again = ModelServer.start(_ -> Answer.text("again"), port)) {
      Thread.sleep(1_200); // From a second on the client looks.
      assertEquals("again", ask().text());
      assertEquals(1, again.completions());
    }
  }

  @Test
  void anInterruptBreaksTheCallOff() throws Exception {
    script = _ -> new Answer.Late(Duration.ofSeconds(100), Answer.text("late"));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    ask();
                  } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                  }
                });
    Eventually.holds("the server was asked", () -> server.underWay() == 1);
    caller.interrupt();
    assertTrue(caller.join(Duration.ofSeconds(30)));
    assertInstanceOf(InterruptedException.class, thrown.get());
  }
}
