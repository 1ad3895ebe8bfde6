package dev.poolswitch;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "dev.poolswitch", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] FOREIGN = {
        "java..", "javax.crypto..", "javax.net..", "org.jspecify..", "tools.jackson..", "com.fasterxml.jackson.."
    };

    @ArchTest
    static final ArchRule the_core_knows_nothing_but_java_jackson_and_jspecify = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(FOREIGN).or(own("dev.poolswitch..")));

    @ArchTest
    static final ArchRule verdicts_stand_on_their_own = classes()
            .that()
            .resideInAPackage("dev.poolswitch.verdict..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(FOREIGN).or(own("dev.poolswitch.verdict..")));

    @ArchTest
    static final ArchRule stores_know_of_the_rest_verdicts_only = classes()
            .that()
            .resideInAPackage("dev.poolswitch.store..")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage(FOREIGN).or(own("dev.poolswitch.store..", "dev.poolswitch.verdict..")));

    @ArchTest
    static final ArchRule the_engine_knows_nothing_of_http = noClasses()
            .that()
            .resideInAPackage("dev.poolswitch")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.poolswitch.http..");

    @ArchTest
    static final ArchRule a_class_is_named_for_what_it_is = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)")
            .orShould()
            .resideInAnyPackage("..util..", "..impl..", "..helper..");

    @ArchTest
    static final ArchRule there_is_no_static_mutable_state =
            fields().that().areStatic().should().beFinal();

    @Test
    void the_exported_packages_are_these() throws IOException {
        Path descriptor = Path.of("target", "classes", "module-info.class");
        try (var in = java.nio.file.Files.newInputStream(descriptor)) {
            assertThat(ModuleDescriptor.read(in).exports().stream()
                            .map(ModuleDescriptor.Exports::source)
                            .collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder(
                            "dev.poolswitch",
                            "dev.poolswitch.config",
                            "dev.poolswitch.http",
                            "dev.poolswitch.store",
                            "dev.poolswitch.verdict");
        }
    }

    private static DescribedPredicate<JavaClass> own(String... packages) {
        return resideInAnyPackage(packages);
    }
}
