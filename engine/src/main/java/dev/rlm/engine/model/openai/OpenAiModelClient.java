package dev.rlm.engine.model.openai;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.core.ClientOptions;
import com.openai.core.LogLevel;
import com.openai.core.RequestOptions;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIInvalidDataException;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import dev.rlm.engine.model.ChatMessage;
import dev.rlm.engine.model.Completion;
import dev.rlm.engine.model.ModelClient;
import dev.rlm.engine.model.ModelException;
import dev.rlm.engine.model.ModelRequest;
import dev.rlm.engine.model.TokenUsage;
import dev.rlm.engine.sandbox.ByteSize;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Asks a server that speaks OpenAI's chat completions. One for the process: it keeps connections. Its own retries and log are off. The
 * key is in no message of its errors, also where the provider repeats it. Safe for use by many threads.
 */
public final class OpenAiModelClient implements ModelClient, AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_MESSAGE = 300;
  private static final long LARGEST_COUNT = 1_000_000_000L;

  private final OpenAIClient client;
  private final String key;

  /**
   * Creates the client.
   *
   * @param baseUrl such as {@code https://api.openai.com/v1}
   * @param key shown to that server alone
   * @param maxAnswer the most bytes that an answer may have, headers excluded
   */
  public OpenAiModelClient(URI baseUrl, String key, ByteSize maxAnswer) {
    this.key = key;
    this.client =
        new OpenAIClientImpl(
            ClientOptions.builder()
                .httpClient(new Transport(CONNECT_TIMEOUT, maxAnswer.bytes()))
                .baseUrl(baseUrl.toString())
                .apiKey(key)
                .maxRetries(0)
                .disableTelemetry(true)
                .logLevel(LogLevel.OFF)
                .build());
  }

  @Override
  public Completion complete(ModelRequest request) throws InterruptedException {
    Duration time = request.deadline().remaining();
    if (time.isZero()) {
      throw failure(ModelException.Reason.TIMEOUT, request, "was not asked, because the time is over");
    }
    try {
      ChatCompletion answer =
          client.chat().completions().create(params(request), RequestOptions.builder().timeout(time).build());
      return completion(answer, request);
    } catch (Transport.InterruptedCallException e) {
      throw new InterruptedException();
    } catch (Transport.TimedOutException e) {
      throw failure(ModelException.Reason.TIMEOUT, request, "did not answer in %s s".formatted(time.toMillis() / 1e3));
    } catch (Transport.TooLargeException e) {
      throw failure(ModelException.Reason.BAD_ANSWER, request, "answered with more bytes than an answer may have");
    } catch (OpenAIServiceException e) {
      throw refused(request, e);
    } catch (OpenAIInvalidDataException e) {
      throw failure(ModelException.Reason.BAD_ANSWER, request, "answered with what is no chat completion");
    } catch (OpenAIIoException e) {
      throw failure(ModelException.Reason.UNREACHABLE, request, "could not be reached: " + cause(e));
    } catch (OpenAIException e) {
      throw failure(ModelException.Reason.BAD_ANSWER, request, "answered with what cannot be read: " + cause(e));
    }
  }

  private static ChatCompletionCreateParams params(ModelRequest request) {
    ChatCompletionCreateParams.Builder params =
        ChatCompletionCreateParams.builder().model(request.model()).maxCompletionTokens(request.maxOutputTokens());
    for (ChatMessage message : request.messages()) {
      switch (message.role()) {
        case SYSTEM -> params.addSystemMessage(message.text());
        case USER -> params.addUserMessage(message.text());
        case ASSISTANT -> params.addAssistantMessage(message.text());
      }
    }
    return params.build();
  }

  private Completion completion(ChatCompletion answer, ModelRequest request) {
    if (answer.choices().isEmpty()) {
      throw failure(ModelException.Reason.BAD_ANSWER, request, "answered with no choice");
    }
    ChatCompletion.Choice choice = answer.choices().getFirst();
    String text = choice.message().content().or(() -> choice.message().refusal()).orElse("");
    return new Completion(text, usage(answer, request, text), finish(choice), 0);
  }

  private static Completion.Finish finish(ChatCompletion.Choice choice) {
    try {
      ChatCompletion.Choice.FinishReason reason = choice.finishReason();
      if (reason.equals(ChatCompletion.Choice.FinishReason.STOP)) {
        return Completion.Finish.STOP;
      }
      return reason.equals(ChatCompletion.Choice.FinishReason.LENGTH) ? Completion.Finish.LENGTH : Completion.Finish.OTHER;
    } catch (OpenAIInvalidDataException e) {
      return Completion.Finish.OTHER; // It did not say.
    }
  }

  /** What the provider counted; where it did not, or says what cannot be, an estimate. */
  private static TokenUsage usage(ChatCompletion answer, ModelRequest request, String text) {
    try {
      Optional<CompletionUsage> usage = answer.usage();
      if (usage.isPresent()) {
        long prompt = usage.get().promptTokens();
        long output = usage.get().completionTokens();
        long cached = usage.get().promptTokensDetails().flatMap(CompletionUsage.PromptTokensDetails::cachedTokens).orElse(0L);
        if (isCount(prompt) && isCount(output) && cached >= 0 && cached <= prompt) {
          return new TokenUsage(prompt, cached, output, false);
        }
      }
    } catch (OpenAIInvalidDataException e) {
      // Estimated below, like figures that are missing.
    }
    return new TokenUsage(TokenUsage.estimate(request.characters()), 0, TokenUsage.estimate(text.length()), true);
  }

  private static boolean isCount(long tokens) {
    return tokens >= 0 && tokens <= LARGEST_COUNT;
  }

  private ModelException refused(ModelRequest request, OpenAIServiceException e) {
    int status = e.statusCode();
    ModelException.Reason reason =
        switch (status) {
          case 408 -> ModelException.Reason.TIMEOUT;
          case 409, 425, 429 -> ModelException.Reason.RATE_LIMITED;
          default -> status >= 500 ? ModelException.Reason.PROVIDER_FAILED : ModelException.Reason.REFUSED;
        };
    String said = e.getMessage() == null ? "" : ": " + e.getMessage();
    return new ModelException(reason, message(request, "answered with status %d%s".formatted(status, said)), RetryAfter.of(e.headers(), InstantSource.system()));
  }

  private ModelException failure(ModelException.Reason reason, ModelRequest request, String what) {
    return new ModelException(reason, message(request, what), Duration.ZERO);
  }

  private String message(ModelRequest request, String what) {
    String text = "the model %s %s".formatted(request.model(), what).replace(key, "[key]").replaceAll("\\p{Cntrl}", " ");
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
  }

  private static String cause(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  /** Breaks off what is under way, and asks nothing more. */
  @Override
  public void close() {
    client.close();
  }
}
