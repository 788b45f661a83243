package dev.lateen.it;

import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.lateen.it.House.check;
import static dev.lateen.it.House.sources;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What names and packages say, and what is written in one place alone. */
class NamesTest {
    /** Three writers had three ways to escape a label, and kept their pages in memory. */
    @Test
    void metricsAreWrittenInOnePlace() throws IOException {
        List<String> writers = new ArrayList<>();
        for (Path source : sources("main")) {
            if (Files.readString(source).contains("# TYPE")) {
                writers.add(source.getFileName().toString());
            }
        }
        assertThat(writers).containsExactly("MetricsText.java");
    }

    @Test
    void namesSayWhatAThingIs() {
        check(noClasses()
                .that(are(new DescribedPredicate<JavaClass>("not named by Envoy's and Istio's own contracts") {
                    @Override
                    public boolean test(JavaClass type) {
                        return !type.getSimpleName().equals("HttpConnectionManager")
                                && !type.getName().equals("dev.lateen.api.names.NameTable$NameInfo");
                    }
                }))
                .should()
                .haveNameMatching(".*(Impl|Manager|Helper|Utils?|Common|Base|Info|Data)"));
    }

    /** Who looks for a class by its name finds one. */
    @Test
    void noTwoClassesHaveOneName() throws IOException {
        Map<String, List<String>> places = new TreeMap<>();
        for (Path source : sources("main")) {
            String name = source.getFileName().toString();
            if (!name.equals("package-info.java")) {
                places.computeIfAbsent(name, _ -> new ArrayList<>()).add(packageOf(source));
            }
        }
        places.values().removeIf(packages -> packages.size() == 1);
        assertThat(places).isEmpty();
    }

    @Test
    void everyPackageSaysItsSentenceAndIsNullMarked() throws IOException {
        Set<String> missing = new TreeSet<>();
        Set<String> marked = new TreeSet<>();
        List<Path> sources = new ArrayList<>(sources("main"));
        sources.addAll(sources("test"));
        for (Path source : sources) {
            Path info = source.resolveSibling("package-info.java");
            if (Files.exists(info) && Files.readString(info).contains("@NullMarked")) {
                marked.add(packageOf(source));
            }
        }
        // A test's package has its sentence where the package of what it tests has it.
        for (Path source : sources) {
            if (!marked.contains(packageOf(source))) {
                missing.add(Project.root().relativize(source.getParent()).toString());
            }
        }
        assertThat(missing).as("packages without a @NullMarked package-info").isEmpty();
    }

    private static String packageOf(Path source) {
        String file = source.toString();
        return file.substring(file.lastIndexOf("/java/") + 1, file.lastIndexOf('/'));
    }
}
