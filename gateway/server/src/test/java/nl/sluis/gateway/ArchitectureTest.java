package nl.sluis.gateway;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.Configuration.consideringOnlyDependenciesInDiagram;
import static com.tngtech.archunit.library.plantuml.rules.PlantUmlArchCondition.adhereToPlantUmlDiagram;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The drawing in {@code docs/architecture.puml} and the sentences of {@code gateway/README.md} hold in the code. */
final class ArchitectureTest {
    private static final Path DRAWING = Path.of("docs", "architecture.puml");

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("nl.sluis");

    private static final DescribedPredicate<JavaClass> DRAWN =
            resideInAnyPackage("nl.sluis.gateway..", "nl.sluis.policy..", "nl.sluis.orbit..", "nl.sluis.partner..");

    private static final DescribedPredicate<JavaClass> GENERATED_SERVICE =
            resideInAPackage("nl.sluis.proto..").and(simpleNameEndingWith("Grpc"));

    @Test
    void the_code_is_as_drawn() {
        holds(classes().that(DRAWN).should(adhereToPlantUmlDiagram(DRAWING, consideringOnlyDependenciesInDiagram())));
    }

    @Test
    void every_package_of_the_gateway_is_drawn() throws IOException {
        String drawing = Files.readString(DRAWING);
        Set<String> packages = OURS.that(resideInAPackage("nl.sluis.gateway..")).stream()
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages)
                .hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(drawing)
                        .contains(name.equals("nl.sluis.gateway") ? "<<" + name + ">>" : "<<" + name + "..>>"));
    }

    @Test
    void no_package_depends_on_itself_by_a_detour() {
        // the root package holds both the command, which knows the demonstration, and the gateway that this one starts
        holds(slices().matching("nl.sluis.gateway.(*)..").should().beFreeOfCycles());
        holds(slices().matching("nl.sluis.(orbit|policy|partner).(*)..")
                .should()
                .beFreeOfCycles());
        holds(slices().matching("nl.sluis.(orbit|policy|partner|gateway)..")
                .should()
                .beFreeOfCycles());
    }

    @Test
    void orbit_knows_nobody() {
        holds(noClasses()
                .that()
                .resideInAPackage("nl.sluis.orbit..")
                .should()
                .dependOnClassesThat(resideInAPackage("nl.sluis..").and(not(resideInAPackage("nl.sluis.orbit..")))));
        holds(noClasses()
                .that()
                .resideInAPackage("nl.sluis.orbit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.protobuf..", "io.grpc..", "io.vertx..", "io.netty.."));
    }

    @Test
    void policy_knows_only_messages() {
        holds(noClasses()
                .that()
                .resideInAPackage("nl.sluis.policy..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.grpc..", "io.vertx..", "io.netty..", "org.orekit..")
                        .or(GENERATED_SERVICE)));
    }

    @Test
    void only_doors_and_partners_see_generated_services() {
        holds(noClasses()
                .that()
                .resideInAPackage("nl.sluis..")
                .and()
                .resideOutsideOfPackages(
                        "nl.sluis.proto..",
                        "nl.sluis.gateway.rpc..",
                        "nl.sluis.gateway.web..",
                        "nl.sluis.gateway.demo..",
                        "nl.sluis.partner..")
                .should()
                .dependOnClassesThat(GENERATED_SERVICE));
    }

    @Test
    void only_release_turns_a_decision_into_bytes_that_leave() {
        holds(noClasses()
                .that()
                .resideInAPackage("nl.sluis.gateway..")
                .and()
                .resideOutsideOfPackage("nl.sluis.gateway.release..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("nl.sluis.policy.decide.Redaction")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("nl.sluis.policy.decide.Obligations")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("nl.sluis.proto.v1.Delivery$Builder"));
    }

    @Test
    void the_stages_that_make_products_do_not_decide() {
        holds(noClasses()
                .that()
                .resideInAnyPackage(
                        "nl.sluis.gateway.ingest..", "nl.sluis.gateway.fusion..", "nl.sluis.gateway.hazard..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("nl.sluis.policy.decide.."));
    }

    @Test
    void only_the_gateway_puts_parts_together() {
        DescribedPredicate<JavaConstructor> ofAPart = DescribedPredicate.describe(
                "of a public class that is not a value, an error or a command", constructor -> {
                    JavaClass owner = constructor.getOwner();
                    return owner.getModifiers().contains(JavaModifier.PUBLIC)
                            && !owner.isRecord()
                            && !owner.isEnum()
                            && !owner.isAssignableTo(Throwable.class)
                            && !owner.getPackageName().equals("nl.sluis.gateway");
                });
        holds(constructors()
                .that()
                .areDeclaredInClassesThat(resideInAPackage("nl.sluis.gateway.."))
                .and(ofAPart)
                .should(new ArchCondition<>("be called by their own package or nl.sluis.gateway") {
                    @Override
                    public void check(JavaConstructor constructor, ConditionEvents events) {
                        String own = constructor.getOwner().getPackageName();
                        for (JavaConstructorCall call : constructor.getCallsOfSelf()) {
                            String caller = call.getOriginOwner().getPackageName();
                            boolean fine = caller.equals(own) || caller.equals("nl.sluis.gateway");
                            events.add(new SimpleConditionEvent(call, fine, call.getDescription()));
                        }
                    }
                }));
    }

    @Test
    void one_netty_of_a_known_good_version_is_on_the_class_path() throws IOException {
        Set<String> versions = new TreeSet<>();
        for (URL url : Collections.list(
                ArchitectureTest.class.getClassLoader().getResources("META-INF/io.netty.versions.properties"))) {
            Properties properties = new Properties();
            try (InputStream in = url.openStream()) {
                properties.load(in);
            }
            properties.stringPropertyNames().stream()
                    .filter(name -> name.endsWith(".version"))
                    .forEach(name -> versions.add(properties.getProperty(name)));
        }
        assertThat(versions).singleElement().asString().matches("4\\.2\\.(1[7-9]|[2-9]\\d|\\d{3,})\\.Final");
    }

    private static void holds(ArchRule rule) {
        rule.check(OURS);
    }
}
