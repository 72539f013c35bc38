package dev.rlm.security;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents name as shown by a test or a probe is there. */
@Tag("security")
final class DocumentsTest {

  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|Contract)(?:\\.\\w+)?)`");
  private static final Pattern PROBE = Pattern.compile("`([A-Z]\\d{1,2})`");

  @ParameterizedTest
  @ValueSource(strings = {"THREAT_MODEL.md", "SPECIFICATION.md", "SECURITY.md", "README.md"})
  void theTestsAndProbesThatADocumentNamesAreThere(String document) throws IOException {
    String text = Files.readString(Path.of(System.getProperty("rlm.home"), document));
    for (Matcher test = TEST.matcher(text); test.find(); ) {
      TestNames.check(test.group(1));
    }
    Set<String> probes = Corpus.ROWS.stream().flatMap(row -> Corpus.row(row).stream()).map(Probe::id).collect(Collectors.toSet());
    for (Matcher probe = PROBE.matcher(text); probe.find(); ) {
      assertTrue(probes.contains(probe.group(1)), () -> document + " names the probe " + probe.group(1));
    }
  }
}
