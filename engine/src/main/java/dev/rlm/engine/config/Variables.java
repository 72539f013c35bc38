package dev.rlm.engine.config;

import dev.rlm.engine.sandbox.ByteSize;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads typed values from environment variables. An empty variable counts as not set. Collects what is wrong, so that all of
 * it is said at once. Used by one thread.
 */
final class Variables {

  private final Map<String, String> environment;
  private final Set<String> asked = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();

  Variables(Map<String, String> environment) {
    this.environment = environment;
  }

  String text(String name, String standard) {
    asked.add(name);
    String value = environment.getOrDefault(name, "").strip();
    return value.isEmpty() ? standard : value;
  }

  List<String> list(String name) {
    return Arrays.stream(text(name, "").split(",")).map(String::strip).filter(item -> !item.isEmpty()).toList();
  }

  boolean flag(String name, boolean standard) {
    return parsed(
        name,
        standard,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true", "on", "yes", "1" -> true;
              case "false", "off", "no", "0" -> false;
              default -> throw new IllegalArgumentException("use true or false");
            });
  }

  int whole(String name, int standard, int least, int most) {
    return parsed(
        name,
        standard,
        text -> {
          int value = new BigDecimal(text).intValueExact();
          if (value < least || value > most) {
            throw new IllegalArgumentException("use %d to %d".formatted(least, most));
          }
          return value;
        });
  }

  double decimal(String name, double standard) {
    return parsed(name, standard, text -> new BigDecimal(text).doubleValue());
  }

  Duration seconds(String name, Duration standard, Duration most) {
    return parsed(
        name,
        standard,
        text -> {
          Duration value = Duration.ofMillis(new BigDecimal(text).movePointRight(3).longValueExact());
          if (!value.isPositive() || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("use more than 0 and at most %d seconds".formatted(most.toSeconds()));
          }
          return value;
        });
  }

  ByteSize size(String name, ByteSize standard, ByteSize most) {
    return parsed(
        name,
        standard,
        text -> {
          ByteSize value = ByteSize.parse(text);
          if (value.bytes() == 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("use more than 0 and at most " + most);
          }
          return value;
        });
  }

  Optional<Path> file(String name) {
    return parsed(
        name,
        Optional.empty(),
        text -> {
          Path file = Path.of(text);
          if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("there is no such file that can be read");
          }
          return Optional.of(file);
        });
  }

  /** A file that can be written to, or made. */
  Optional<Path> writableFile(String name) {
    return parsed(
        name,
        Optional.empty(),
        text -> {
          Path file = Path.of(text).toAbsolutePath();
          Path folder = file.getParent();
          boolean writable =
              Files.exists(file)
                  ? !Files.isDirectory(file) && Files.isWritable(file)
                  : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
          if (!writable) {
            throw new IllegalArgumentException("no file can be written to there");
          }
          return Optional.of(file);
        });
  }

  /** Reads an amount of money that may be nothing; empty where the variable is not set. */
  Optional<BigDecimal> amount(String name) {
    return parsed(
        name,
        Optional.empty(),
        text -> {
          BigDecimal amount = new BigDecimal(text);
          if (amount.signum() < 0) {
            throw new IllegalArgumentException("use 0 or more");
          }
          return Optional.of(amount);
        });
  }

  /** Reads the address of a server, without user, query and fragment. */
  URI httpUrl(String name, String standard) {
    return parsed(
        name,
        URI.create(standard),
        text -> {
          URI url = URI.create(text.replaceFirst("/+$", ""));
          boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
          if (!http || url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null || url.getFragment() != null) {
            throw new IllegalArgumentException("use an address such as " + standard);
          }
          return url;
        });
  }

  /** Reads a list of {@code name=value}, in its order. */
  <T> Map<String, T> table(String name, Function<String, T> parser) {
    return parsed(
        name,
        Map.of(),
        text -> {
          Map<String, T> table = new LinkedHashMap<>();
          for (String entry : list(name)) {
            int equals = entry.indexOf('=');
            if (equals <= 0) {
              throw new IllegalArgumentException("use a list of name=value, separated by commas");
            }
            table.put(entry.substring(0, equals).strip(), parser.apply(entry.substring(equals + 1)));
          }
          return table;
        });
  }

  <E extends Enum<E>> E choice(String name, E standard) {
    return choice(name, standard.getDeclaringClass()).orElse(standard);
  }

  <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) {
    return parsed(name, Optional.empty(), text -> Optional.of(constant(type, text)));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "use "
                        + Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(" or "))));
  }

  private <T> T parsed(String name, T standard, Function<String, T> parser) {
    String text = text(name, "");
    if (text.isEmpty()) {
      return standard;
    }
    try {
      return parser.apply(text);
    } catch (ArithmeticException | NumberFormatException e) {
      problem("%s=%s is not a number that fits".formatted(name, text));
    } catch (IllegalArgumentException e) {
      problem("%s=%s: %s".formatted(name, text, e.getMessage()));
    }
    return standard;
  }

  void problem(String message) {
    problems.add(message);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Returns the names that were asked for. */
  Set<String> asked() {
    return Set.copyOf(asked);
  }
}
