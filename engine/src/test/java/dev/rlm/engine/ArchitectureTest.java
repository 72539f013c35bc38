package dev.rlm.engine;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Who may know whom: the rules of ARCHITECTURE.md, read off the class files. */
final class ArchitectureTest {

  private static final String BASE = "dev.rlm.engine.";

  private static final JavaClasses ENGINE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.rlm.engine");

  @Test
  void packagesHaveNoCycles() {
    check(slices().matching("dev.rlm.engine.(**)").should().beFreeOfCycles());
  }

  @Test
  void dockerIsSpokenToInOnePackage() {
    check(onlyIn("sandbox.docker", "com.github.dockerjava.."));
  }

  @Test
  void theHttpServerIsKnownToTheInterfaceAlone() {
    check(onlyIn("api", "io.javalin..", "org.eclipse.jetty..", "jakarta.servlet.."));
  }

  @Test
  void theCommandLineIsReadInOnePackage() {
    check(onlyIn("app", "picocli..", "org.jline.."));
  }

  @Test
  void metersAreMadeInOnePackage() {
    check(onlyIn("telemetry", "io.micrometer..", "io.prometheus.."));
  }

  @Test
  void theLogIsSetUpInOnePackage() {
    check(onlyIn("telemetry", "ch.qos.logback.."));
  }

  @Test
  void theFilterIsCalledInOnePackage() {
    check(
        noClasses()
            .that(resideInAPackage("dev.rlm.engine..").and(not("execution", "app")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.rlm.egress.."));
  }

  @Test
  void modelProvidersAreSpokenToInOnePackage() {
    check(onlyIn("model.openai", "com.openai..", "kotlin.."));
  }

  @Test
  void schemasAreCheckedInOnePackage() {
    check(onlyIn("repl", "com.networknt.."));
  }

  @Test
  void theLoopKnowsModelsByTheirPortAndWhereItsCodeRuns() {
    check(mayKnow("model", "sandbox", "telemetry"));
    check(mayKnow("model.openai", "model", "sandbox"));
    check(mayKnow("repl", "model", "session", "execution", "sandbox", "telemetry"));
    check(mayKnow("history", "repl", "model", "execution", "sandbox"));
  }

  @Test
  void theEnvironmentIsReadInOnePackage() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(BASE + "config")
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class));
  }

  @Test
  void thePortDependsOnTheJdkAlone() {
    check(
        classes()
            .that()
            .resideInAPackage(BASE + "sandbox")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(BASE + "sandbox", "java..", "org.jspecify.annotations"));
  }

  @Test
  void theProtocolKnowsThePortAndNothingElseOfTheEngine() {
    check(mayKnow("sandbox.protocol", "sandbox"));
  }

  @Test
  void theSettingsKnowThePortAndNothingElseOfTheEngine() {
    check(mayKnow("config", "sandbox"));
  }

  @Test
  void adaptersKnowThePortAndTheProtocol() {
    check(mayKnow("sandbox.docker", "sandbox", "sandbox.protocol"));
    check(mayKnow("sandbox.local", "sandbox", "sandbox.protocol"));
  }

  @Test
  void executionDoesNotKnowHowItIsCalledOrWhatItRunsIn() {
    check(mayKnow("execution", "sandbox", "sandbox.pool", "telemetry"));
    check(mayKnow("session", "execution", "sandbox", "sandbox.pool"));
    check(mayKnow("sandbox.pool", "sandbox"));
    check(mayKnow("context", "execution", "sandbox"));
    check(mayKnow("api", "context", "execution", "history", "model", "repl", "session", "sandbox"));
    check(mayKnow("client", "sandbox"));
    check(mayKnow("remote", "client", "repl", "execution", "sandbox"));
    check(mayKnow("telemetry"));
  }

  @Test
  void onlyTheCompositionRootKnowsTheAdapters() {
    for (String adapter : new String[] {"sandbox.docker", "sandbox.local", "model.openai", "remote"}) {
      check(
          noClasses()
              .that(resideInAPackage("dev.rlm.engine..").and(not(adapter, "app")))
              .should()
              .dependOnClassesThat()
              .resideInAPackage(BASE + adapter));
    }
  }

  @Test
  void nothingIsDeserialisedButJson() {
    check(noClasses().should().dependOnClassesThat().areAssignableTo(java.io.ObjectInputStream.class));
  }

  @Test
  void everyPackageSaysThatNothingIsNull() {
    long packages = ENGINE.stream().map(type -> type.getPackageName()).distinct().count();
    long marked =
        ENGINE.stream()
            .filter(type -> type.getSimpleName().equals("package-info"))
            .filter(type -> type.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
            .count();
    assertTrue(packages >= 9, packages + " packages: the rules look at too few classes");
    assertTrue(marked == packages, marked + " of " + packages + " packages are @NullMarked");
  }

  private static ArchRule onlyIn(String owner, String... libraries) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(BASE + owner)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries);
  }

  private static ArchRule mayKnow(String owner, String... others) {
    String[] allowed = new String[others.length + 1];
    allowed[0] = BASE + owner;
    for (int i = 0; i < others.length; i++) {
      allowed[i + 1] = BASE + others[i];
    }
    return noClasses()
        .that()
        .resideInAPackage(BASE + owner)
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.rlm.engine..")
                .and(com.tngtech.archunit.base.DescribedPredicate.not(resideInAnyPackage(allowed))));
  }

  private static com.tngtech.archunit.base.DescribedPredicate<com.tngtech.archunit.core.domain.JavaClass> not(
      String... owners) {
    String[] names = new String[owners.length];
    for (int i = 0; i < owners.length; i++) {
      names[i] = BASE + owners[i];
    }
    return com.tngtech.archunit.base.DescribedPredicate.not(resideInAnyPackage(names));
  }

  private static void check(ArchRule rule) {
    rule.check(ENGINE);
  }
}
