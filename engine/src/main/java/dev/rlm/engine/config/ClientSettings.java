package dev.rlm.engine.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/**
 * Which engine the command line talks to.
 *
 * @param url a running engine, without a slash at the end; empty for one of the command's own
 * @param apiKey what that engine is shown: the first of {@code RLM_API_KEY}
 */
public record ClientSettings(Optional<URI> url, Optional<String> apiKey) {

  /**
   * Reads the process's environment.
   *
   * @throws ConfigurationException when {@code RLM_URL} is no address
   */
  public static ClientSettings fromEnvironment() {
    return from(System.getenv());
  }

  /** As {@link #fromEnvironment}, from a map. */
  public static ClientSettings from(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    String url = variables.text("RLM_URL", "");
    Optional<URI> parsed = url.isEmpty() ? Optional.empty() : parse(url, variables);
    Optional<String> apiKey = variables.list("RLM_API_KEY").stream().findFirst();
    if (!variables.problems().isEmpty()) {
      throw new ConfigurationException(variables.problems());
    }
    return new ClientSettings(parsed, apiKey);
  }

  private static Optional<URI> parse(String url, Variables variables) {
    try {
      URI uri = new URI(url.replaceFirst("/+$", ""));
      boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
      if (http && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Told below, like every other address that is none.
    }
    variables.problem("RLM_URL=%s is not the address of an engine: use one such as http://127.0.0.1:8000".formatted(url));
    return Optional.empty();
  }

  /** Says everything but the key. */
  @Override
  public String toString() {
    return "ClientSettings[url=%s, apiKey=%s]".formatted(url, apiKey.isPresent());
  }
}
